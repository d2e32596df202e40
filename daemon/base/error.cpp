#include "base/error.h"

#include <exception>

namespace replay {

Error::Error(ErrorKind kind, const std::string& sentence,
             std::optional<std::chrono::seconds> retry_after)
    : std::runtime_error(sentence), kind_(kind), retry_after_(retry_after) {}

std::string describe(const std::exception& error) {
  std::string text = error.what();
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& nested) {
    if (text.ends_with('.')) text.pop_back();
    text += ": " + describe(nested);
  } catch (...) {
    text += ": unknown error";
  }
  return text;
}

}  // namespace replay
