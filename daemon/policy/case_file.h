#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "policy/engine.h"

namespace replay::policy {

/// What running a file of cases came to.
struct CaseReport {
  std::size_t cases = 0;
  std::vector<Diagnostic> mistakes;  ///< in the file itself; where there are any, nothing was run
  std::vector<std::string>
      differences;  ///< "file:line: …", one per case that was decided otherwise

  [[nodiscard]] bool passed() const { return mistakes.empty() && differences.empty(); }
};

/// Decides the event of every case and compares: the decision, the codes of the findings that count
/// and those of the suppressed ones, in any order. A case is decided at its `at`, or at `now`.
[[nodiscard]] CaseReport run_cases(const Engine& engine, const Source& file, Instant now);

}  // namespace replay::policy
