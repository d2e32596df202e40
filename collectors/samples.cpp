#include "collectors/samples.h"

#include <string>
#include <utility>

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include "alerting/humanize.h"
#include "collectors/families.h"

namespace replay::collectors {
namespace {

using alerting::Labels;
using alerting::Sample;

Sample named(const std::string& name, Labels labels, double value) {
  labels.insert_or_assign(std::string(alerting::kMetricName), name);
  return {std::move(labels), value};
}

void add_histogram(std::vector<Sample>& all, const std::string& name, const Labels& labels,
                   const prometheus::ClientMetric::Histogram& histogram) {
  for (const auto& bucket : histogram.bucket) {
    Labels bounded = labels;
    bounded["le"] = alerting::plain(bucket.upper_bound);
    all.push_back(named(name + "_bucket", std::move(bounded), sample(bucket.cumulative_count)));
  }
  all.push_back(named(name + "_sum", labels, histogram.sample_sum));
  all.push_back(named(name + "_count", labels, sample(histogram.sample_count)));
}

}  // namespace

std::vector<Sample> samples(const std::vector<prometheus::MetricFamily>& families) {
  std::vector<Sample> all;
  for (const prometheus::MetricFamily& family : families) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      Labels labels;
      for (const auto& label : metric.label) {
        if (!label.value.empty()) labels[label.name] = label.value;
      }
      if (family.type == prometheus::MetricType::Histogram) {
        add_histogram(all, family.name, labels, metric.histogram);
        continue;
      }
      const bool counter = family.type == prometheus::MetricType::Counter;
      all.push_back(named(family.name, std::move(labels),
                          counter ? metric.counter.value : metric.gauge.value));
    }
  }
  return all;
}

}  // namespace replay::collectors
