#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace replay::registry {
class ReadPool;
}

namespace replay::summary {

struct Verification {
  std::uint64_t decisions = 0;  ///< raw rows recomputed
  std::uint64_t hours = 0;
  std::uint64_t rows_behind = 0;         ///< not folded yet, so not compared
  std::vector<std::string> differences;  ///< one sentence each; empty: all agree
};

/// Recomputes every hour and every blocked task, and everything kept of single rows, from the raw
/// audit rows, by a way of its own that shares no code with what it checks (exact lists, not
/// sketches), and compares with what is stored. The rows are read in many short read transactions,
/// so that the write-ahead log does not grow for as long as it takes; a row that others change
/// meanwhile counts as it was when it was read. What is stored is read in one. Only where the
/// summaries are being corrected again and again is everything read in one. Right beside writers
/// too.
[[nodiscard]] Verification verify(registry::ReadPool& reads);

}  // namespace replay::summary
