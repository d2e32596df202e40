#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/stats.h"
#include "summary/quantile_sketch.h"

namespace replay::summary {

/// A decision with one of the longest lags of its hour.
struct SlowDecision {
  RowId row = 0;
  Duration lag{};
  bool from_columns = false;

  friend bool operator==(const SlowDecision&, const SlowDecision&) = default;
};

/// Everything kept of one hour, mergeable: the same whatever the order and the grouping things were
/// added in. A value; not synchronised. Source: docs/summary_format.md.
struct HourSummary {
  static constexpr std::size_t kSlowest = 5;

  std::map<std::string, std::uint64_t> decision_types;  ///< "BLOCKED" → count
  QuantileSketch lags;
  std::uint64_t lags_from_columns = 0;
  std::vector<SlowDecision> slowest;  ///< at most kSlowest, longest first, then by row

  void add(const DecisionFact& fact);
  void merge(const HourSummary& other);

  [[nodiscard]] HourRow to_row(Instant start) const;
  /// Reads `row.detail`; the other columns are derived from it, for SQL. Throws Error(corrupt).
  [[nodiscard]] static HourSummary from_row(const HourRow& row);

  friend bool operator==(const HourSummary&, const HourSummary&) = default;
};

}  // namespace replay::summary
