#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "model/stats.h"

namespace replay {
class Clock;
}

namespace replay::summary {

/// Quantiles over the last five minutes, in memory: a sketch per five seconds, dropped as they age.
/// Samples are placed by the instant they belong to, so that rows read late, or after a restart,
/// count where they should; one dated in the future, also by a step of the clock, counts as now.
/// Thread rule: any thread.
class LiveQuantiles {
 public:
  static constexpr Duration kLength = std::chrono::minutes{5};

  explicit LiveQuantiles(const Clock& clock);
  ~LiveQuantiles();
  LiveQuantiles(const LiveQuantiles&) = delete;
  LiveQuantiles& operator=(const LiveQuantiles&) = delete;

  void add(Instant at, Duration sample);

  /// Seconds; nullopt where nothing was measured in the last five minutes.
  [[nodiscard]] std::optional<double> quantile(double q) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The lags of decisions: what a Summarizer's observer is handed, and what a start seeds it with.
void add_lags(LiveQuantiles& live, const std::vector<DecisionFact>& decisions);

}  // namespace replay::summary
