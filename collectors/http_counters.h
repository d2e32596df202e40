#pragma once

#include <optional>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "http/server.h"
#include "summary/live_stats.h"

namespace replay::collectors {

/// Counts answered requests by route, method and status code, and keeps the trace route's last five
/// minutes for the runbook's p95. Thread rule: any thread.
class HttpCounters {
 public:
  explicit HttpCounters(const Clock& clock);

  /// For http::Server's observer.
  void on_response(const http::ResponseRecord& record);

  [[nodiscard]] std::vector<prometheus::MetricFamily> families() const {
    return metrics_.Collect();
  }

  /// Seconds; nullopt where the trace route was not asked in the last five minutes. Refused
  /// requests (429) do not count.
  [[nodiscard]] std::optional<double> trace_p95() const { return trace_durations_.quantile(0.95); }

 private:
  const Clock& clock_;
  prometheus::Registry metrics_{prometheus::Registry::InsertBehavior::Throw};
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& response_bytes_;
  prometheus::Family<prometheus::Counter>& rate_limited_;
  summary::LiveQuantiles trace_durations_;
};

}  // namespace replay::collectors
