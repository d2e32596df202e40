#include "commands/alert_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "artifacts/artifacts.h"
#include "base/file.h"

namespace replay::commands {
namespace {

/// By its name rather than its presence: metrics of what is not configured may come later.
bool is_own_metric(std::string_view name) {
  constexpr std::array<std::string_view, 3> kRunbooks{
      "decision_trace_api_p95_ms", "decision_lag_p95_seconds", "blocked_tasks_count"};
  return name.starts_with("decision_replay_") || name.starts_with("process_") ||
         std::ranges::find(kRunbooks, name) != kRunbooks.end();
}

}  // namespace

alerting::RuleSet load_alert_rules(const std::vector<std::filesystem::path>& files) {
  alerting::RuleSet rules;
  if (files.empty()) {
    alerting::add_rules(rules, artifacts::content(artifacts::kRules),
                        std::string(artifacts::kRules), is_own_metric);
  }
  for (const auto& file : files) {
    alerting::add_rules(rules, read_file(file), file.string(), is_own_metric);
  }
  return rules;
}

}  // namespace replay::commands
