#include <iterator>
#include <limits>
#include <optional>

#include "collectors/collectors.h"
#include "collectors/decision_counters.h"
#include "collectors/families.h"
#include "collectors/window_lags.h"

namespace replay::collectors {
namespace {

double or_nan(const std::optional<double>& value) {
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

class DecisionsCollector final : public prometheus::Collectable {
 public:
  DecisionsCollector(const DecisionCounters& counters, const WindowLags& windows)
      : counters_(counters), windows_(windows) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families = counters_.families();
    const WindowLags::Published published = windows_.published();
    if (!published.refreshed_at) return families;

    std::vector<Series> quantiles;
    std::vector<Series> counts;
    for (const WindowLags::Lag& lag : published.lags) {
      quantiles.push_back({{{"window", lag.window}, {"percentile", "50"}}, or_nan(lag.p50)});
      quantiles.push_back({{{"window", lag.window}, {"percentile", "95"}}, or_nan(lag.p95)});
      quantiles.push_back({{{"window", lag.window}, {"percentile", "99"}}, or_nan(lag.p99)});
      counts.push_back({{{"window", lag.window}}, sample(lag.count)});
    }
    families.push_back(gauge(
        "decision_replay_window_lag_seconds",
        "Decision lag over a window that ends now, by percentile; refreshed every few seconds.",
        quantiles));
    families.push_back(gauge("decision_replay_window_lag_samples",
                             "Decisions with a lag in the window; refreshed every few seconds.",
                             counts));
    families.push_back(gauge("decision_replay_window_refreshed_timestamp_seconds",
                             "When the numbers over windows were computed last.",
                             to_seconds(published.refreshed_at->time_since_epoch())));
    return families;
  }

 private:
  const DecisionCounters& counters_;
  const WindowLags& windows_;
};

}  // namespace

Collector decisions(const DecisionCounters& counters, const WindowLags& windows) {
  return std::make_unique<DecisionsCollector>(counters, windows);
}

}  // namespace replay::collectors
