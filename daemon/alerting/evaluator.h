#pragma once

#include <string>
#include <vector>

#include "alerting/history.h"
#include "alerting/rule_file.h"
#include "alerting/rule_state.h"
#include "alerting/sample.h"
#include "base/time.h"

namespace replay::alerting {

/// Rules over samples, with the same outcome as Prometheus 2.42. No I/O, no clock; what it says
/// follows from the scrapes and instants it is given. Not synchronised.
class Evaluator {
 public:
  struct Rule {
    AlertRule rule;
    RuleState state;
  };

  /// A rule whose expression has no value now; its alerts stay as they were.
  struct Failure {
    std::string alert;
    std::string reason;
  };

  /// How often what fires is told again, and how long it is believed.
  struct Sending {
    Duration resend{};
    Duration valid_for{};
  };

  struct Outcome {
    std::vector<Notification> due;
    std::vector<Failure> failures;
  };

  explicit Evaluator(RuleSet rules) { use(std::move(rules)); }

  /// Other rules from now on. One that was there, by group, name and labels, keeps its alerts.
  void use(RuleSet rules);

  /// One whole scrape, labelled as Prometheus would.
  void add(Instant when, const std::vector<Sample>& scrape) { history_.add(when, scrape); }

  [[nodiscard]] Outcome evaluate(Instant now, const Sending& sending);

  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  [[nodiscard]] const std::vector<NotEvaluated>& not_evaluated() const { return not_evaluated_; }

 private:
  History history_;
  std::vector<Rule> rules_;
  std::vector<NotEvaluated> not_evaluated_;
};

}  // namespace replay::alerting
