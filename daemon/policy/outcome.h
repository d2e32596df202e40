#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/decision.h"
#include "policy/policy.h"

namespace replay::policy {

struct Outcome {
  DecisionType type = DecisionType::allow;
  std::string reason;  ///< one sentence, never empty
};

/// The entry of the `decide` table that is about an event.
struct Choice {
  const DecisionRow* row = nullptr;       ///< null: none is about the type
  const Finding* most_serious = nullptr;  ///< of the findings that count; null: there is none
  DecisionType entry = DecisionType::allow;
};

/// REQUIRES: the most serious finding that counts is first. Views into the policy and the findings.
[[nodiscard]] Choice choose(const Policy& policy, std::string_view event_type,
                            const std::vector<Finding>& findings);

/// What the findings come to by the policy's `decide` table. RETRY in it becomes BLOCK where trying
/// again cannot help or was tried often enough.
[[nodiscard]] Outcome outcome_of(const Policy& policy, const Choice& choice,
                                 const std::vector<Finding>& findings, const json::value& payload,
                                 const DecisionInputs& inputs);

}  // namespace replay::policy
