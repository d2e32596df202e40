#include "policy/allowlist.h"

#include <algorithm>

namespace replay::policy {

const Exception* Allowlist::covering(std::string_view rule, const Scene& scene, Instant now) const {
  const auto found = std::ranges::find_if(exceptions_, [&](const Exception& exception) {
    if (exception.expires && now >= *exception.expires) return false;
    const bool about_rule = std::ranges::any_of(
        exception.rules, [&](const Glob& pattern) { return pattern.matches(rule); });
    return about_rule && (exception.when == nullptr || exception.when->holds(scene));
  });
  return found == exceptions_.end() ? nullptr : &*found;
}

}  // namespace replay::policy
