#pragma once

#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "model/stats.h"

namespace replay::collectors {

/// Counts decisions as the summarizer meets them, whoever made them: totals and lag by decision
/// type. Types outside the contract's table count as "OTHER", so that a foreign writer cannot add
/// series. Thread rule: any thread.
class DecisionCounters {
 public:
  DecisionCounters();

  /// For the summarizer's observer.
  void add(const std::vector<DecisionFact>& decisions);

  [[nodiscard]] std::vector<prometheus::MetricFamily> families() const {
    return metrics_.Collect();
  }

 private:
  prometheus::Registry metrics_{prometheus::Registry::InsertBehavior::Throw};
  prometheus::Family<prometheus::Counter>& decisions_;
  prometheus::Family<prometheus::Histogram>& lags_;
};

}  // namespace replay::collectors
