#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/decision.h"
#include "policy/allowlist.h"
#include "policy/condition.h"
#include "policy/glob.h"
#include "policy/pattern_sets.h"
#include "policy/retryability.h"

namespace replay::policy {

/// Relaxed: the counters are read for statistics and order nothing.
struct RuleCounters {
  std::atomic<std::uint64_t> evaluations{0};
  std::atomic<std::uint64_t> matches{0};
  std::atomic<std::uint64_t> nanoseconds{0};
};

struct Rule {
  std::string id;
  std::vector<Glob> on;
  ConditionPtr when;                ///< null: every event
  std::vector<std::size_t> groups;  ///< the pattern sets that `when` asks
  FindingKind kind = FindingKind::risk;
  Severity severity = Severity::low;
  std::string message;
  std::unique_ptr<RuleCounters> counters = std::make_unique<RuleCounters>();

  [[nodiscard]] bool looks_at(std::string_view event_type) const;
};

/// A row of `decide`: what the most serious finding that counts leads to.
struct DecisionRow {
  Glob event_type;
  DecisionType none = DecisionType::allow;
  std::array<DecisionType, 4> by_severity{};  ///< in the order of Severity
};

/// Everything that the policy files say, compiled.
struct Policy {
  std::string name;
  std::string sha256;
  std::vector<Rule> rules;
  PatternSets patterns;
  Allowlist allowlist;
  std::vector<DecisionRow> rows;
  RetryRules retry;

  /// An exact row before one with `*`, and of equals the last, so that a later file overrides.
  /// nullptr: the type is decided ALLOW.
  [[nodiscard]] const DecisionRow* row_for(std::string_view event_type) const;
};

}  // namespace replay::policy
