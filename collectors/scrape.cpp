#include "collectors/scrape.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/time.h"
#include "collectors/families.h"
#include "collectors/samples.h"

namespace replay::collectors {
namespace {

using prometheus::MetricFamily;

/// The library keeps series in hash tables; sorted, two scrapes can be compared.
void sort(std::vector<MetricFamily>& families) {
  std::ranges::sort(families, {}, &MetricFamily::name);
  for (MetricFamily& family : families) {
    for (prometheus::ClientMetric& metric : family.metric)
      std::ranges::sort(metric.label, std::less<>());
    std::ranges::sort(family.metric,
                      [](const auto& a, const auto& b) { return a.label < b.label; });
  }
}

}  // namespace

void Scrape::add(std::string name, Collector collector) {
  collectors_.emplace_back(std::move(name), std::move(collector));
}

std::vector<MetricFamily> Scrape::families() const {
  std::vector<MetricFamily> families;
  std::vector<Series> durations;
  std::vector<Series> successes;
  for (const auto& [name, collector] : collectors_) {
    const auto begun = clock_.steady_now();
    bool success = true;
    try {
      std::ranges::move(collector->Collect(), std::back_inserter(families));
    } catch (const std::exception& error) {
      success = false;
      log_.warn("collector failed", {{"collector", name}, {"error", describe(error)}});
    }
    const auto took = std::chrono::duration_cast<Duration>(clock_.steady_now() - begun);
    durations.push_back({{{"collector", name}}, to_seconds(took)});
    successes.push_back({{{"collector", name}}, success ? 1.0 : 0.0});
  }
  families.push_back(gauge("decision_replay_scrape_collector_duration_seconds",
                           "How long each collector took in this scrape.", durations));
  families.push_back(gauge("decision_replay_scrape_collector_success",
                           "Whether each collector gave its samples in this scrape.", successes));
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  return families;
}

std::string Scrape::text() const {
  std::vector<MetricFamily> all = families();
  sort(all);
  return prometheus::TextSerializer().Serialize(all);
}

std::vector<alerting::Sample> Scrape::samples() const { return collectors::samples(families()); }

}  // namespace replay::collectors
