#include "summary/live_stats.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <ratio>

#include "base/clock.h"
#include "base/mutex.h"
#include "summary/quantile_sketch.h"

namespace replay::summary {
namespace {

/// Samples leave a slot at a time, so one may stay this much longer than five minutes.
using Slot = std::chrono::duration<std::int64_t, std::ratio<5>>;

}  // namespace

struct LiveQuantiles::Impl {
  explicit Impl(const Clock& now_from) : clock(now_from) {}

  /// Slots that lie ahead are of a clock that has stepped back since: their samples count as now,
  /// or they would stay as long as the step was wide.
  void drop_aged(Instant now) REQUIRES_LOCK(mutex) {
    const Instant current = std::chrono::floor<Slot>(now);
    for (auto ahead = slots.upper_bound(current); ahead != slots.end();) {
      slots[current].merge(ahead->second);
      ahead = slots.erase(ahead);
    }
    while (!slots.empty() && slots.begin()->first + Slot{1} <= now - kLength)
      slots.erase(slots.begin());
  }

  const Clock& clock;
  Mutex mutex;
  std::map<Instant, QuantileSketch> slots GUARDED_BY(mutex);  ///< by the start of the slot
};

LiveQuantiles::LiveQuantiles(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
LiveQuantiles::~LiveQuantiles() = default;

void LiveQuantiles::add(Instant at, Duration sample) {
  const Instant now = impl_->clock.now();
  if (at <= now - kLength) return;
  const MutexLock lock(impl_->mutex);
  impl_->slots[std::chrono::floor<Slot>(std::min(at, now))].add(to_seconds(sample));
  impl_->drop_aged(now);
}

std::optional<double> LiveQuantiles::quantile(double q) const {
  const MutexLock lock(impl_->mutex);
  impl_->drop_aged(impl_->clock.now());
  QuantileSketch all;
  for (const auto& [start, sketch] : impl_->slots) all.merge(sketch);
  return all.quantile(q);
}

void add_lags(LiveQuantiles& live, const std::vector<DecisionFact>& decisions) {
  for (const DecisionFact& decision : decisions) {
    if (decision.lag) live.add(decision.at, *decision.lag);
  }
}

}  // namespace replay::summary
