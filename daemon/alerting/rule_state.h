#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerting/rule_file.h"
#include "alerting/sample.h"
#include "base/time.h"

namespace replay::alerting {

enum class AlertState { pending, firing, resolved };

[[nodiscard]] std::string_view to_string(AlertState state);

/// One alert: a rule's expression holds for one set of labels, or held until a short while ago.
struct Alert {
  Labels labels;  ///< with `alertname`
  std::map<std::string, std::string> annotations;
  double value = 0;
  AlertState state = AlertState::pending;
  Instant active_since;  ///< from when on the expression holds
  std::optional<Instant> fired_at = {};
  std::optional<Instant> keep_firing_since = {};
  std::optional<Instant> resolved_at = {};
  std::optional<Instant> sent_at = {};
};

/// What to tell an Alertmanager of an alert.
struct Notification {
  Labels labels;
  std::map<std::string, std::string> annotations;
  Instant starts_at;
  Instant ends_at;  ///< past: it is resolved; else when it resolves if nobody says more

  friend bool operator==(const Notification&, const Notification&) = default;
};

/// The alerts of one rule over time, as Prometheus 2.42 keeps them. Not synchronised.
class RuleState {
 public:
  /// Takes over what the rule's expression is now. Throws Error(conflict) where two of its samples
  /// make one alert; then nothing has changed.
  void update(const AlertRule& rule, const Vector& result, Instant now);

  /// What is to be sent now: alerts that fire (each `resend` anew), and for five minutes those that
  /// are resolved. Counts as sent.
  [[nodiscard]] std::vector<Notification> due(Instant now, Duration resend, Duration valid_for);

  [[nodiscard]] const std::map<Labels, Alert>& alerts() const { return alerts_; }

 private:
  static void advance(const AlertRule& rule, Alert& alert, bool holds, Instant now);

  std::map<Labels, Alert> alerts_;
};

}  // namespace replay::alerting
