#include "model/task.h"

#include <algorithm>

namespace replay {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

bool same_status(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string in_case_of(std::string_view status, const std::optional<std::string>& replaced) {
  const bool lower_case =
      replaced &&
      std::any_of(replaced->begin(), replaced->end(),
                  [](char c) { return lower(c) != upper(c); }) &&
      std::none_of(replaced->begin(), replaced->end(), [](char c) { return c != lower(c); });
  std::string text(status);
  std::transform(text.begin(), text.end(), text.begin(), lower_case ? lower : upper);
  return text;
}

}  // namespace replay
