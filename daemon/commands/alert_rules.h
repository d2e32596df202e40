#pragma once

#include <filesystem>
#include <vector>

#include "alerting/rule_file.h"

namespace replay::commands {

/// The alerts of these rule files, or of the shipped one where none are named. Throws Error with
/// file, line and mistake where one cannot be read or is no rule file.
[[nodiscard]] alerting::RuleSet load_alert_rules(const std::vector<std::filesystem::path>& files);

}  // namespace replay::commands
