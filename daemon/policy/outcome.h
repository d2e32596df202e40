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

/// What the findings come to by the policy's `decide` table. RETRY in it becomes BLOCK where trying
/// again cannot help or was tried often enough. REQUIRES: the most serious finding that counts is
/// first.
[[nodiscard]] Outcome outcome_of(const Policy& policy, std::string_view event_type,
                                 const std::vector<Finding>& findings, const json::value& payload,
                                 const DecisionInputs& inputs);

}  // namespace replay::policy
