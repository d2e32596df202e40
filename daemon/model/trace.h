#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace replay {

enum class TraceKind { event, audit };

/// Where an item stands in its task's trace: by instant, then audits after events, then arrival.
/// Items without a readable timestamp stand before all others (Instant::min()), so at the end of a
/// newest-first trace.
struct TracePosition {
  Instant ts;
  TraceKind kind = TraceKind::event;
  RowId row = 0;

  friend auto operator<=>(const TracePosition&, const TracePosition&) = default;
};

/// One row of `task_audits` or `task_events`, its texts as stored.
struct TraceItem {
  TracePosition position;
  std::variant<std::int64_t, std::string> id;  ///< audit_id (number or text) or event_id (number)
  std::string event_type;
  std::optional<std::string> decision_id;
  std::optional<std::string> payload;  ///< not checked to be JSON

  [[nodiscard]] bool has_readable_ts() const { return position.ts != Instant::min(); }
};

/// Newest first. `next`: the last item's position, where more follow.
struct TracePage {
  std::vector<TraceItem> items;
  std::optional<TracePosition> next;
};

/// A decision as stored: the audit row's task and payload text.
struct StoredDecision {
  DecisionId id;
  TaskId task;
  std::optional<std::string> payload;
};

}  // namespace replay
