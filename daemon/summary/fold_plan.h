#pragma once

#include <optional>
#include <vector>

#include "model/stats.h"

namespace replay::registry {
class ReadView;
}

namespace replay::summary {

/// What one look at the registry found to be folded next.
struct FoldPlan {
  FoldState state;
  std::optional<FoldBatch> batch;  ///< nullopt: nothing is
};

/// A chunk of new rows; of none while a rebuild is clearing or the table's end has come down.
/// Computed from one state of the registry; the batch is refused by WriteTransaction::fold() where
/// that is no longer the state.
[[nodiscard]] FoldPlan plan_fold(const registry::ReadView& view, Instant now);

/// A chunk of rows from before adoption, or a rebuild, from the newest down.
[[nodiscard]] FoldPlan plan_backfill(const registry::ReadView& view, Instant now);

struct FoldedDecisions {
  std::vector<DecisionFact> decisions;
  RowId last = 0;  ///< of the rows looked at
};

/// Decisions in the audit rows (after, last], a chunk at a time.
[[nodiscard]] FoldedDecisions folded_decisions(const registry::ReadView& view, RowId after,
                                               RowId last);

}  // namespace replay::summary
