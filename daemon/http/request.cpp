#include "http/request.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <system_error>

#include "base/error.h"

namespace replay::http {

std::string_view to_string(Method method) {
  constexpr std::array<std::string_view, 8> kNames{"GET",    "HEAD",  "POST",    "PUT",
                                                   "DELETE", "PATCH", "OPTIONS", "OTHER"};
  return kNames.at(static_cast<std::size_t>(method));
}

const std::string& Request::path_parameter(std::string_view name) const {
  const auto found = path_parameters.find(name);
  assert(found != path_parameters.end());
  return found->second;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found = std::ranges::find(
      query, name, [](const auto& pair) -> std::string_view { return pair.first; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::int64_t Request::query_between(std::string_view name, std::int64_t lowest,
                                    std::int64_t highest, std::int64_t otherwise) const {
  const std::optional<std::string_view> text = query_value(name);
  if (!text) return otherwise;
  std::int64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc{} || stopped != end || value < lowest || value > highest) {
    throw Error(ErrorKind::out_of_range, std::string(name) + " must be a whole number from " +
                                             std::to_string(lowest) + " to " +
                                             std::to_string(highest) + ".");
  }
  return value;
}

std::string_view Request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace replay::http
