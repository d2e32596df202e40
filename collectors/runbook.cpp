#include <limits>

#include "collectors/collectors.h"
#include "collectors/families.h"
#include "collectors/http_counters.h"
#include "registry/vitals.h"
#include "summary/live_stats.h"

namespace replay::collectors {
namespace {

/// The runbook's three series, by its names, for alerts and panels that exist already.
class RunbookCollector final : public prometheus::Collectable {
 public:
  RunbookCollector(const registry::Vitals& vitals, const summary::LiveQuantiles& lag,
                   const HttpCounters& http)
      : vitals_(vitals), lag_(lag), http_(http) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    constexpr double kNothingMeasured = std::numeric_limits<double>::quiet_NaN();
    constexpr double kMillisPerSecond = 1000;
    return {gauge("decision_trace_api_p95_ms",
                  "95th percentile of decision-trace response times over the last 5 minutes, in "
                  "milliseconds.",
                  http_.trace_p95().value_or(kNothingMeasured) * kMillisPerSecond),
            gauge("decision_lag_p95_seconds",
                  "95th percentile of the decision lag over the last 5 minutes.",
                  lag_.quantile(0.95).value_or(kNothingMeasured)),
            gauge("blocked_tasks_count", "Tasks whose status is BLOCKED now.",
                  sample(vitals_.signs().sizes.blocked_tasks))};
  }

 private:
  const registry::Vitals& vitals_;
  const summary::LiveQuantiles& lag_;
  const HttpCounters& http_;
};

}  // namespace

Collector runbook(const registry::Vitals& vitals, const summary::LiveQuantiles& lag,
                  const HttpCounters& http) {
  return std::make_unique<RunbookCollector>(vitals, lag, http);
}

}  // namespace replay::collectors
