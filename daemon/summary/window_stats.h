#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/stats.h"

namespace replay::registry {
class ReadView;
}

namespace replay::summary {

struct DecisionTypeCounts {
  std::map<std::string, std::uint64_t> types;
  std::uint64_t total = 0;
};

struct LagSample {
  DecisionId decision;
  Duration lag{};
  bool from_columns = false;
};

struct LagStats {
  std::optional<double> at_percentile;  ///< seconds, all four
  std::optional<double> p50, p95, p99;
  std::uint64_t count = 0;
  std::vector<LagSample> highest;  ///< at most 5, longest first
  std::optional<double> column_coverage;
};

struct BlockedTask {
  TaskId task;
  std::uint64_t block_count = 0;
  Instant last_blocked_at;
  std::string reason_code;  ///< of the latest block; empty: none
};

struct BlockedStats {
  std::vector<BlockedTask>
      tasks;  ///< by block_count, then last_blocked_at, both descending; at most top_n
  std::vector<std::pair<std::string, std::uint64_t>>
      reasons;  ///< by count descending; at most top_n
};

/// One step of a time series; steps without rows are present.
struct SeriesPoint {
  Instant start;
  DecisionTypeCounts decisions;
  LagStats lag;                     ///< without highest and at_percentile
  std::uint64_t blocked_tasks = 0;  ///< distinct
  std::uint64_t block_count = 0;
};

/// Statistics over the window [from, …): whole hours from the hourly rows, the part hour from the
/// facts, and the few rows not folded yet from the audits themselves, so that every answer is exact
/// at every moment (during backfill: over what has been folded; `ReadView::fold_state().behind`
/// tells). `from` is inclusive and to the microsecond.
[[nodiscard]] DecisionTypeCounts decision_types(const registry::ReadView& view, Instant from);
[[nodiscard]] LagStats decision_lag(const registry::ReadView& view, Instant from, int percentile);
[[nodiscard]] BlockedStats blocked_reasons(const registry::ReadView& view, Instant from,
                                           std::size_t top_n);

enum class Series { decision_lag, decision_types, blocked_tasks };
enum class Step { hour, day };
/// Points from the step that holds `from` to the one that holds `now`, oldest first; the first
/// counts from `from`.
[[nodiscard]] std::vector<SeriesPoint> time_series(const registry::ReadView& view, Series series,
                                                   Step step, Instant from, Instant now);

}  // namespace replay::summary
