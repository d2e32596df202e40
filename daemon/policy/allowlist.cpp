#include "policy/allowlist.h"

#include <algorithm>

namespace replay::policy {

bool Exception::is_about(std::string_view rule, const Scene& scene) const {
  const bool about_rule =
      std::ranges::any_of(rules, [&](const Glob& pattern) { return pattern.matches(rule); });
  return about_rule && (when == nullptr || when->holds(scene));
}

const Exception* Allowlist::covering(std::string_view rule, const Scene& scene, Instant now) const {
  const auto found = std::ranges::find_if(exceptions_, [&](const Exception& exception) {
    return !exception.has_expired(now) && exception.is_about(rule, scene);
  });
  return found == exceptions_.end() ? nullptr : &*found;
}

std::vector<std::string> Allowlist::expired(std::string_view rule, const Scene& scene,
                                            Instant now) const {
  std::vector<std::string> ids;
  for (const Exception& exception : exceptions_) {
    if (exception.has_expired(now) && exception.is_about(rule, scene)) ids.push_back(exception.id);
  }
  return ids;
}

}  // namespace replay::policy
