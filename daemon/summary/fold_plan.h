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
  std::optional<FoldBatch> batch;  ///< nullopt: nothing is left, or a rebuild is clearing
  bool backfill = false;           ///< the batch goes down from `low`, not up from `high`
  std::size_t rows = 0;            ///< audit rows the batch covers
};

/// New rows first, else a chunk of older ones. Computed from one state of the registry; the batch
/// is refused by WriteTransaction::fold() where that is no longer the state.
[[nodiscard]] FoldPlan plan_fold(const registry::ReadView& view, Instant now);

struct FoldedDecisions {
  std::vector<DecisionFact> decisions;
  RowId last = 0;  ///< of the rows looked at
};

/// Decisions in the audit rows (after, last], a chunk at a time.
[[nodiscard]] FoldedDecisions folded_decisions(const registry::ReadView& view, RowId after,
                                               RowId last);

}  // namespace replay::summary
