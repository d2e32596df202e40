#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/stats.h"

namespace replay::registry {
class ReadPool;
}

namespace replay::summary {

struct Flaws {
  FlawCounts counts;
  std::vector<FlawedRow> examples;  ///< the first ones
};

/// The flaws of rows that no daemon has looked at yet; those of the others are on record. Reads
/// them a piece at a time, each in a read transaction of its own.
[[nodiscard]] Flaws unlisted_flaws(registry::ReadPool& reads, const FoldState& folded,
                                   const std::optional<EventScanState>& scanned,
                                   std::size_t most_examples);

}  // namespace replay::summary
