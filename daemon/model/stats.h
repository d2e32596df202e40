#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace replay {

/// What the summaries keep of one decision (an audit row of type SUPERVISOR_…), in a narrow table
/// of our own ordered by instant: the part hours of a window, and blocked tasks, are read from it
/// exactly.
struct DecisionFact {
  Instant at;                     ///< created_at
  RowId row = 0;                  ///< of task_audits
  std::string type;               ///< "BLOCKED"
  std::optional<Duration> lag;    ///< nullopt: negative or unreadable
  bool lag_from_columns = false;  ///< false: read from the payload
  TaskId task;                    ///< only for BLOCKED
  std::string reason_code;        ///< only for BLOCKED; empty: the row has none
};

/// One row of decision_stats_hourly as stored; summary::HourSummary gives the blobs a meaning.
struct HourRow {
  Instant start;
  std::string decision_types;     ///< JSON object, type → count
  std::optional<double> lag_p50;  ///< seconds
  std::optional<double> lag_p95;
  std::string detail;  ///< summary::HourSummary's encoding of everything
};

/// Row ids (low, high] of task_audits are folded into the summaries; backfill moves `low` down, new
/// rows move `high` up.
struct FoldState {
  RowId low = 0;
  RowId high = 0;
  std::uint64_t epoch = 0;   ///< counts rebuilds; a fold of an older epoch is refused
  bool clearing = false;     ///< a rebuild was asked for and old rows are being removed
  std::uint64_t behind = 0;  ///< row ids outside (low, high], an upper bound of rows to fold
};

/// By what it is noticed that rows a component went through were deleted or replaced since.
struct TableShape {
  std::optional<std::uint64_t> rows;   ///< nullopt: the table has no index to count them by
  std::optional<std::int64_t> anchor;  ///< nullopt: the row is gone

  friend bool operator==(const TableShape&, const TableShape&) = default;
};

/// What is wrong with a row that is served all the same.
enum class Flaw { payload, timestamp };

struct FlawedRow {
  RowId row = 0;
  TaskId task;
  Flaw flaw = Flaw::payload;
};

/// A decision id that only the payload knows (registries and writers without the column).
struct PayloadDecisionId {
  DecisionId id;
  RowId row = 0;
};

/// One step of folding: everything a run of audit rows adds, applied in one transaction.
struct FoldBatch {
  FoldState from;  ///< the state it was computed on; refused if it moved
  RowId low = 0;   ///< the state after
  RowId high = 0;
  std::vector<HourRow> hours;  ///< whole new content of each touched hour
  std::vector<DecisionFact> facts;
  std::vector<FlawedRow> flaws;
  std::vector<PayloadDecisionId> ids;
  Instant at;
};

/// GET /integrity.
struct Integrity {
  std::uint64_t orphaned_audits = 0;
  std::uint64_t unreadable_payloads = 0;
  std::uint64_t unreadable_timestamps = 0;
  std::vector<std::string> missing_indexes;
  std::vector<std::string> harmful_indexes;
  std::uint64_t rows_behind = 0;
  std::optional<Instant> last_verified_at;
  std::optional<std::uint64_t> drift;  ///< differences the last verification found
  Instant checked_at;
};

/// GET /inbox.
struct InboxCounts {
  std::uint64_t pending = 0;
  std::uint64_t processing = 0;
  std::uint64_t failed = 0;
  std::uint64_t completed = 0;
  std::optional<Duration> oldest_pending_age;
};

}  // namespace replay
