#include "alerting/rule_state.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"

namespace replay::alerting {
namespace {

/// How long a resolved alert is told of, in case an Alertmanager missed it.
constexpr std::chrono::minutes kResolvedFor{5};

Alert alert_of(const AlertRule& rule, const Sample& sample, Instant now) {
  Alert alert{.labels = without_name(sample.labels),
              .annotations = {},
              .value = sample.value,
              .active_since = now};
  for (const auto& [name, text] : rule.labels) {
    std::string value = text.expand(sample.labels, sample.value);
    if (value.empty()) {
      alert.labels.erase(name);
    } else {
      alert.labels.insert_or_assign(name, std::move(value));
    }
  }
  alert.labels.insert_or_assign("alertname", rule.name);
  for (const auto& [name, text] : rule.annotations) {
    alert.annotations.emplace(name, text.expand(sample.labels, sample.value));
  }
  return alert;
}

/// A clock that stepped back leaves times that lie ahead; until it had caught up nobody would be
/// told anything.
void bring_up_to(Alert& alert, Instant now) {
  alert.active_since = std::min(alert.active_since, now);
  for (auto* const at : {&alert.fired_at, &alert.keep_firing_since, &alert.resolved_at})
    if (*at) *at = std::min(**at, now);
  if (alert.sent_at && *alert.sent_at > now) alert.sent_at.reset();
}

}  // namespace

std::string_view to_string(AlertState state) {
  switch (state) {
    case AlertState::pending:
      return "pending";
    case AlertState::firing:
      return "firing";
    case AlertState::resolved:
      return "resolved";
  }
  return "";
}

void RuleState::update(const AlertRule& rule, const Vector& result, Instant now) {
  std::map<Labels, Alert> holding;
  for (const Sample& sample : result) {
    Alert alert = alert_of(rule, sample, now);
    const Labels labels = alert.labels;
    if (!holding.emplace(labels, std::move(alert)).second) {
      throw Error(ErrorKind::conflict,
                  "Two samples of " + rule.name + " are one alert once they have its labels.");
    }
  }
  for (auto& [labels, alert] : holding) {
    const auto known = alerts_.find(labels);
    if (known != alerts_.end() && known->second.state != AlertState::resolved) {
      known->second.value = alert.value;
      known->second.annotations = alert.annotations;
    } else {
      alerts_.insert_or_assign(labels, alert);
    }
  }
  for (auto& [labels, alert] : alerts_) bring_up_to(alert, now);
  for (auto& [labels, alert] : alerts_) advance(rule, alert, holding.contains(labels), now);
  std::erase_if(alerts_, [&](const auto& entry) {
    const Alert& alert = entry.second;
    const bool over = alert.resolved_at && now - *alert.resolved_at > kResolvedFor;
    return over || (alert.state == AlertState::pending && !holding.contains(entry.first));
  });
}

void RuleState::advance(const AlertRule& rule, Alert& alert, bool holds, Instant now) {
  if (holds) {
    alert.keep_firing_since.reset();
    if (alert.state == AlertState::pending && now - alert.active_since >= rule.pending_for) {
      alert.state = AlertState::firing;
      alert.fired_at = now;
    }
    return;
  }
  if (alert.state != AlertState::firing) return;
  if (rule.keep_firing_for > Duration::zero()) {
    if (!alert.keep_firing_since) alert.keep_firing_since = now;
    if (now - *alert.keep_firing_since < rule.keep_firing_for) return;
  }
  alert.state = AlertState::resolved;
  alert.resolved_at = now;
}

std::vector<Notification> RuleState::due(Instant now, Duration resend, Duration valid_for) {
  std::vector<Notification> notifications;
  for (auto& [labels, alert] : alerts_) {
    if (alert.state == AlertState::pending) continue;
    const bool news = !alert.sent_at || (alert.resolved_at && *alert.resolved_at > *alert.sent_at);
    if (!news && now - *alert.sent_at < resend) continue;
    alert.sent_at = now;
    notifications.push_back({alert.labels, alert.annotations, alert.fired_at.value_or(now),
                             alert.resolved_at.value_or(now + valid_for)});
  }
  return notifications;
}

}  // namespace replay::alerting
