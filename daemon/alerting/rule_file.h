#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/expression.h"
#include "alerting/template.h"
#include "base/time.h"

namespace replay::alerting {

/// An alerting rule that the daemon evaluates.
struct AlertRule {
  std::string name;
  std::string group;
  std::string expression_text;
  ExpressionPtr expression;
  Duration pending_for{};  ///< `for`
  Duration keep_firing_for{};
  std::map<std::string, Template> labels;
  std::map<std::string, Template> annotations;
  std::map<std::string, std::string> written_labels;  ///< before placeholders are filled in
};

/// An alerting rule that only Prometheus can evaluate, and why.
struct NotEvaluated {
  std::string file;
  int line = 0;
  std::string alert;
  std::string expression;
  std::string reason;  ///< a sentence
};

struct RuleSet {
  std::vector<AlertRule> rules;
  std::vector<NotEvaluated> not_evaluated;
};

/// Whether the daemon exposes a metric of that name; an alert on others is not evaluated.
using IsOwnMetric = std::function<bool(std::string_view)>;

/// Adds the alerts of a Prometheus rule file. Every rule is in one of the two lists; recording
/// rules are left out, and alerts that read what they record are not evaluated. The groups'
/// `interval` and `limit` are not looked at. Throws Error(malformed) with file, line and mistake
/// where it is no rule file; then nothing was added.
void add_rules(RuleSet& set, std::string_view yaml, const std::string& file,
               const IsOwnMetric& is_own_metric);

}  // namespace replay::alerting
