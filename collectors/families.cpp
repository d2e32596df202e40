#include "collectors/families.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

namespace replay::collectors {
namespace {

prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type,
                                const std::vector<Series>& series) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  for (const Series& one : series) {
    prometheus::ClientMetric metric;
    for (const auto& [label, value] : one.labels) metric.label.push_back({label, value});
    metric.gauge.value = one.value;
    metric.counter.value = one.value;  // the serializer reads the one that fits the type
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

prometheus::MetricFamily gauge(std::string name, std::string help, double value) {
  return gauge(std::move(name), std::move(help), {{{}, value}});
}

prometheus::MetricFamily gauge(std::string name, std::string help,
                               const std::vector<Series>& series) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Gauge, series);
}

prometheus::MetricFamily counter(std::string name, std::string help, double value) {
  return counter(std::move(name), std::move(help), {{{}, value}});
}

prometheus::MetricFamily counter(std::string name, std::string help,
                                 const std::vector<Series>& series) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Counter, series);
}

}  // namespace replay::collectors
