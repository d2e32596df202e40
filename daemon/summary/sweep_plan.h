#pragma once

#include <cstdint>

#include "model/stats.h"

namespace replay::registry {
class ReadView;
}

namespace replay::summary {

/// Differences between the summaries and the rows: facts, flaws, ids and hours.
struct Differences {
  std::uint64_t added = 0;    ///< of rows that were there and not summarised
  std::uint64_t removed = 0;  ///< of rows that are gone
  std::uint64_t changed = 0;

  [[nodiscard]] std::uint64_t total() const { return added + removed + changed; }
  Differences& operator+=(const Differences& other);
};

/// What one look at some folded rows and hours found.
struct SweepPlan {
  Correction correction;  ///< with the position after it
  Differences differences;

  /// Whether there is anything to write; where not, the position alone has moved.
  [[nodiscard]] bool matters() const { return differences.total() > 0 || correction.ends; }
};

/// A sweep's position before its first piece, to be written.
[[nodiscard]] SweepPlan begin_sweep(const FoldState& state, Instant now);

/// The next piece of a sweep: rows in (sweep.row, high], or else hours. Computed from one state of
/// the registry, which WriteTransaction::correct() refuses where it is no longer so.
[[nodiscard]] SweepPlan plan_sweep(const registry::ReadView& view, const Sweep& sweep, Instant now);

/// Whether the table's end has come down to below what is folded.
[[nodiscard]] bool ends_below_high(const FoldState& state);

/// REQUIRES: so it has. Takes back what was folded of rows past its end, in pieces, with
/// the last of which `high` comes down. A sweep follows, since nobody knows what else is gone.
[[nodiscard]] SweepPlan plan_lower_end(const registry::ReadView& view, Instant now);

}  // namespace replay::summary
