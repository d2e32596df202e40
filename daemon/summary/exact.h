#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/audit.h"
#include "model/stats.h"

namespace replay::summary {

/// What the raw rows say of one hour, in full: the truth that verify() holds the summaries against.
struct ExactHour {
  std::map<std::string, std::uint64_t> types;
  std::vector<std::int64_t> lags;  ///< microseconds, in the order of the rows
  std::uint64_t lags_from_columns = 0;
  std::uint64_t fingerprint = 0;  ///< of all its decisions, in any order

  void add(const DecisionFact& decision);
};

/// The sample at the nearest rank of a whole percentage, seconds. REQUIRES: sorted, not empty.
[[nodiscard]] double exact_percentile(const std::vector<std::int64_t>& sorted_lags,
                                      std::uint64_t percent);

struct ExactBlocks {
  struct OfTask {
    std::uint64_t count = 0;
    Instant last_at = Instant::min();
    RowId last_row = 0;
    std::string last_reason;
  };
  std::map<TaskId, OfTask> tasks;
  std::map<std::string, std::uint64_t> reasons;

  void add(const DecisionFact& decision);
};

/// What one raw row means, read by code of its own, so that a mistake in facts_of() shows as a
/// difference.
struct ExactRow {
  std::optional<DecisionFact> decision;  ///< nullopt: no decision, or one without a readable time
  std::set<Flaw> flaws;
  std::optional<DecisionId> payload_id;  ///< of a decision whose column has none
};
[[nodiscard]] ExactRow exact_row(const AuditRow& row);

}  // namespace replay::summary
