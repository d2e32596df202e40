#include <cmath>

#include "alerting/alerting.h"
#include "api/answers.h"
#include "api/api.h"

namespace replay::api {
namespace {

using alerting::AlertingStatus;

json::object texts(const auto& map) {
  json::object object;
  for (const auto& [name, text] : map) object[name] = text;
  return object;
}

json::value to_json(const alerting::Alert& alert) {
  return {{"name", alerting::label(alert.labels, "alertname")},
          {"state", to_string(alert.state)},
          {"severity", alerting::label(alert.labels, "severity")},
          {"labels", texts(alert.labels)},
          {"annotations", texts(alert.annotations)},
          {"value", std::isfinite(alert.value) ? json::value(alert.value) : json::value()},
          {"active_since", format_instant(alert.active_since)}};
}

json::value to_json(const alerting::NotEvaluated& rule) {
  return {{"file", rule.file},
          {"line", rule.line},
          {"alert", rule.alert},
          {"expression", rule.expression},
          {"reason", rule.reason}};
}

json::value to_json(const alerting::DeliveryStatus& status) {
  return {
      {"alertmanager", status.alertmanager},
      {"attempted", status.attempted},
      {"failed", status.failed},
      {"dropped", status.dropped},
      {"queued", status.queued},
      {"last_delivery_at", or_null(status.last_delivery)},
      {"last_error", status.last_error.empty() ? json::value() : json::value(status.last_error)}};
}

json::array all(const auto& items) {
  json::array array;
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

json::value to_json(const AlertingStatus& status, bool enabled) {
  return {{"enabled", enabled},
          {"alerts", all(status.alerts)},
          {"not_evaluated", all(status.not_evaluated)},
          {"evaluation",
           {{"interval_seconds", to_seconds(status.interval)},
            {"last_at", or_null(status.last_at)},
            {"last_seconds", to_seconds(status.last_took)},
            {"evaluations", status.evaluations},
            {"failures", status.failures}}},
          {"notifications", all(status.deliveries)}};
}

boost::asio::awaitable<http::Response> answer(json::value body) { co_return json_answer(body); }

}  // namespace

http::Handler alerts(const Services& services) {
  return [alerting = services.alerting](const http::Request& /*request*/) {
    const bool enabled = alerting != nullptr;
    return answer(to_json(enabled ? alerting->status() : AlertingStatus{}, enabled));
  };
}

}  // namespace replay::api
