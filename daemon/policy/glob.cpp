#include "policy/glob.h"

#include <optional>

namespace replay::policy {

bool Glob::matches(std::string_view name) const {
  const std::string_view pattern = text_;
  std::size_t at = 0;
  std::size_t in_name = 0;
  std::optional<std::size_t> last_star;
  std::size_t star_ends = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      last_star = at++;
      star_ends = in_name;
    } else if (at < pattern.size() && pattern[at] == name[in_name]) {
      ++at;
      ++in_name;
    } else if (last_star) {
      // Only the last star can help: what an earlier one covers has matched already.
      at = *last_star + 1;
      in_name = ++star_ends;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace replay::policy
