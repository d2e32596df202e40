#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"

namespace replay::testing {

// Members by JSON pointer. Each throws std::exception where there is no such member or it is of
// another kind, so that a test says so.
[[nodiscard]] inline const json::value& at(const json::value& document,
                                           const std::string& pointer) {
  return document.at_pointer(pointer);
}
[[nodiscard]] inline std::string text_at(const json::value& document, const std::string& pointer) {
  return json::value_to<std::string>(document.at_pointer(pointer));
}
[[nodiscard]] inline std::int64_t int_at(const json::value& document, const std::string& pointer) {
  return json::value_to<std::int64_t>(document.at_pointer(pointer));
}
[[nodiscard]] inline double real_at(const json::value& document, const std::string& pointer) {
  return json::value_to<double>(document.at_pointer(pointer));
}
[[nodiscard]] inline const json::array& array_at(const json::value& document,
                                                 const std::string& pointer) {
  return document.at_pointer(pointer).as_array();
}
[[nodiscard]] inline bool has(const json::value& document, const std::string& pointer) {
  boost::system::error_code error;
  return document.find_pointer(pointer, error) != nullptr;
}

}  // namespace replay::testing
