#include <map>
#include <string>
#include <tuple>

#include "alerting/alerting.h"
#include "collectors/collectors.h"
#include "collectors/families.h"

namespace replay::collectors {
namespace {

using alerting::AlertingStatus;
using alerting::DeliveryStatus;
using prometheus::MetricFamily;

MetricFamily alerts_by_state(const AlertingStatus& status) {
  std::map<std::tuple<std::string, std::string, std::string>, double> counts;
  for (const AlertingStatus::Rule& rule : status.rules) {
    for (const char* const state : {"pending", "firing"}) counts[{rule.name, rule.severity, state}];
  }
  for (const alerting::Alert& alert : status.alerts) {
    ++counts[{std::string(alerting::label(alert.labels, "alertname")),
              std::string(alerting::label(alert.labels, "severity")),
              std::string(to_string(alert.state))}];
  }
  std::vector<Series> series;
  for (const auto& [key, count] : counts) {
    const auto& [name, severity, state] = key;
    series.push_back({{{"alertname", name}, {"severity", severity}, {"state", state}}, count});
  }
  return gauge("decision_replay_alerts",
               "Alerts of the daemon's own alerting that are pending or firing.", series);
}

/// One number of every Alertmanager.
template <class Number>
std::vector<Series> each(const AlertingStatus& status, Number number) {
  std::vector<Series> series;
  series.reserve(status.deliveries.size());
  for (const DeliveryStatus& delivery : status.deliveries) {
    series.push_back({{{"alertmanager", delivery.alertmanager}}, number(delivery)});
  }
  return series;
}

std::vector<Series> last_deliveries(const AlertingStatus& status) {
  std::vector<Series> series;
  for (const DeliveryStatus& delivery : status.deliveries) {
    if (!delivery.last_delivery) continue;
    series.push_back({{{"alertmanager", delivery.alertmanager}},
                      to_seconds(delivery.last_delivery->time_since_epoch())});
  }
  return series;
}

class AlertsCollector final : public prometheus::Collectable {
 public:
  explicit AlertsCollector(const alerting::Alerting& alerting) : alerting_(alerting) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    const AlertingStatus status = alerting_.status();
    std::vector<MetricFamily> families = deliveries(status);
    families.push_back(alerts_by_state(status));
    families.push_back(gauge("decision_replay_alerting_rules_not_evaluated",
                             "Alerts of the rule files that only Prometheus can evaluate.",
                             sample(status.not_evaluated.size())));
    families.push_back(counter("decision_replay_alerting_evaluations_total",
                               "Evaluations of the rule files.", sample(status.evaluations)));
    families.push_back(counter("decision_replay_alerting_evaluation_failures_total",
                               "Evaluations of single rules that failed.",
                               sample(status.failures)));
    families.push_back(gauge("decision_replay_alerting_last_evaluation_duration_seconds",
                             "How long the last evaluation took.", to_seconds(status.last_took)));
    if (status.last_at) {
      families.push_back(gauge("decision_replay_alerting_last_evaluation_timestamp_seconds",
                               "When the rule files were evaluated last.",
                               to_seconds(status.last_at->time_since_epoch())));
    }
    return families;
  }

 private:
  static std::vector<MetricFamily> deliveries(const AlertingStatus& status) {
    return {
        counter("decision_replay_alerting_notifications_total",
                "Alerts sent to each Alertmanager, retries included.",
                each(status, [](const DeliveryStatus& d) { return sample(d.attempted); })),
        counter("decision_replay_alerting_notifications_failed_total",
                "Alerts sent that the Alertmanager did not take.",
                each(status, [](const DeliveryStatus& d) { return sample(d.failed); })),
        counter("decision_replay_alerting_notifications_dropped_total",
                "Alerts given up: refused as malformed, or too many were waiting.",
                each(status, [](const DeliveryStatus& d) { return sample(d.dropped); })),
        gauge("decision_replay_alerting_notifications_queued",
              "Alerts that the Alertmanager has still to be told of.",
              each(status, [](const DeliveryStatus& d) { return sample(d.queued); })),
        gauge("decision_replay_alerting_last_delivery_timestamp_seconds",
              "When the Alertmanager last took alerts.", last_deliveries(status)),
    };
  }

  const alerting::Alerting& alerting_;
};

}  // namespace

Collector alerts(const alerting::Alerting& alerting) {
  return std::make_unique<AlertsCollector>(alerting);
}

}  // namespace replay::collectors
