#pragma once

#include <optional>
#include <vector>

#include "model/audit.h"
#include "model/stats.h"

namespace replay::summary {

/// What one audit row adds to the summaries. Pure.
struct AuditFacts {
  std::optional<DecisionFact> fact;  ///< a decision with a readable created_at
  std::vector<Flaw> flaws;
  std::optional<DecisionId>
      payload_id;  ///< the payload's decision id where the row has no column value
};

/// Lag columns win; where they are absent the payload's members of the same names are read. Lag is
/// supervisor_processed_at − source_event_ts, one without an offset taken as UTC; negative or
/// unreadable: none. A payload that is NULL is no flaw, nor is a decision without a snapshot.
[[nodiscard]] AuditFacts facts_of(const AuditRow& row);

/// Of an event, which is read for nothing else.
[[nodiscard]] std::vector<Flaw> event_flaws(const AuditRow& row);

}  // namespace replay::summary
