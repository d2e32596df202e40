#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "policy/condition.h"
#include "policy/glob.h"

namespace replay::policy {

/// Why findings of some rules do not count for some events, and until when.
struct Exception {
  std::string id;
  std::vector<Glob> rules;
  ConditionPtr when;  ///< null: every event
  std::string reason;
  std::optional<Instant> expires;

  [[nodiscard]] bool is_about(std::string_view rule, const Scene& scene) const;
  [[nodiscard]] bool has_expired(Instant now) const { return expires && now >= *expires; }
};

/// The exceptions of a policy, in order. Immutable once in use.
class Allowlist {
 public:
  void add(Exception exception) { exceptions_.push_back(std::move(exception)); }

  /// The first exception that covers the rule's finding at `now`; nullptr where the finding counts.
  [[nodiscard]] const Exception* covering(std::string_view rule, const Scene& scene,
                                          Instant now) const;

  /// Those that would cover it, had they not expired.
  [[nodiscard]] std::vector<std::string> expired(std::string_view rule, const Scene& scene,
                                                 Instant now) const;

 private:
  std::vector<Exception> exceptions_;
};

}  // namespace replay::policy
