#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace replay::registry {
class ReadView;
}

namespace replay::summary {

struct Verification {
  std::uint64_t decisions = 0;  ///< raw rows recomputed
  std::uint64_t hours = 0;
  std::uint64_t rows_behind = 0;         ///< not folded yet, so not compared
  std::vector<std::string> differences;  ///< one sentence each; empty: all agree
};

/// Recomputes every hour and every blocked task from the raw audit rows, by a way of its own that
/// shares no code with what it checks (exact lists, not sketches), and compares with what is
/// stored. One read transaction: right beside writers too.
[[nodiscard]] Verification verify(const registry::ReadView& view);

}  // namespace replay::summary
