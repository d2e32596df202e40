#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.h"

namespace replay::policy {

/// What came of one rule that looked at an event.
struct RuleTrace {
  std::string rule;
  std::optional<Finding> finding;  ///< nullopt: its condition does not hold
  std::vector<std::string>
      expired;  ///< the exceptions that would cover the finding, had they not expired
};

/// The row of `decide` for an event's type, and its entry that counted.
struct ChosenRow {
  std::string event_type;            ///< as written: "TASK_*"
  std::optional<Severity> severity;  ///< nullopt: NONE
  DecisionType entry = DecisionType::allow;
};

/// How a decision came about.
struct Explanation {
  Decision decision;
  std::vector<RuleTrace> rules;  ///< in the order of the files
  std::optional<ChosenRow> row;  ///< nullopt: no row is about the type, so the event is allowed
};

}  // namespace replay::policy
