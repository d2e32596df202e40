#pragma once

#include "policy/condition.h"
#include "policy/loader_yaml.h"

namespace replay::policy {

/// Compiles `when`. nullptr where something is wrong with it: that is reported. `shared`, if it is
/// given, receives the patterns that can be searched for together.
[[nodiscard]] ConditionPtr load_condition(const YamlNode& node, RulePatterns* shared,
                                          Reporter& reporter);

}  // namespace replay::policy
