#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

  friend bool operator==(const DecisionFact&, const DecisionFact&) = default;
};

/// One row of decision_stats_hourly as stored; summary::HourSummary gives the blobs a meaning.
struct HourRow {
  Instant start;
  std::string decision_types;     ///< JSON object, type → count
  std::optional<double> lag_p50;  ///< seconds
  std::optional<double> lag_p95;
  std::string detail;  ///< summary::HourSummary's encoding of everything

  friend bool operator==(const HourRow&, const HourRow&) = default;
};

/// How far a comparison of the summaries with every folded row has come. It looks at the rows in
/// ascending order, then at the hours.
struct Sweep {
  RowId row = kStart;           ///< rows up to here are done
  std::uint64_t rows = 0;       ///< how many there are of them
  std::uint64_t found = 0;      ///< differences so far
  std::uint64_t damaged = 0;    ///< runs of rows that could not be read, and were passed by
  std::optional<Instant> hour;  ///< rows are done, and so are hours before this one

  static constexpr RowId kStart = std::numeric_limits<RowId>::min();
};

/// Row ids (low, high] of task_audits are folded into the summaries; backfill moves `low` down, new
/// rows move `high` up, and where the table's end came down `high` follows it.
struct FoldState {
  RowId low = 0;
  RowId high = 0;
  std::uint64_t epoch = 0;            ///< counts rebuilds and corrections; what is older is refused
  bool clearing = false;              ///< a rebuild was asked for and old rows are being removed
  std::optional<std::uint64_t> rows;  ///< folded; nullopt: by a version that did not count them
  std::optional<std::int64_t> anchor;  ///< of the row at `high`, as it was folded
  std::optional<Sweep> sweep;          ///< the one under way
  std::optional<Instant> swept_at;     ///< when the last one, or a whole backfill, ended
  std::uint64_t drift = 0;             ///< differences the last check found
  std::uint64_t behind = 0;   ///< row ids outside (low, high], an upper bound of rows to fold
  std::optional<RowId> last;  ///< the table's last row; nullopt: it is empty
};

/// By what it is noticed that rows a component went through were deleted or replaced since.
struct TableShape {
  std::optional<std::uint64_t> rows;   ///< nullopt: no index to count them by, or a damaged one
  std::optional<std::int64_t> anchor;  ///< nullopt: the row is gone

  /// Rows that cannot be counted now say nothing.
  [[nodiscard]] bool differs_from(const TableShape& known) const {
    return anchor != known.anchor || (rows && rows != known.rows);
  }
};

/// What is wrong with a row that is served all the same. The numbers are stored.
enum class Flaw {
  payload = 0,         ///< not JSON
  timestamp = 1,       ///< created_at cannot be read
  no_object = 2,       ///< the payload is JSON, but no object
  snapshot = 3,        ///< a decision_snapshot that is null or no object
  finding = 4,         ///< a snapshot with a finding that has no code
  lag_unreadable = 5,  ///< source_event_ts or supervisor_processed_at is there and unreadable
  lag_half_naive = 6,  ///< one of the two has an offset, the other has none
};

/// "payload_not_json" …: as GET /integrity, the metrics and doctor call it.
[[nodiscard]] constexpr std::string_view name_of(Flaw flaw) {
  constexpr std::array<std::string_view, 7> kNames{
      "payload_not_json",     "created_at_unreadable", "payload_no_object", "snapshot_no_object",
      "finding_without_code", "lag_unreadable",        "lag_half_naive"};
  return kNames.at(static_cast<std::size_t>(flaw));
}

enum class FlawedTable { audits, events };

/// Those that any row can have come first.
inline constexpr std::array kFlaws{Flaw::payload,       Flaw::timestamp, Flaw::no_object,
                                   Flaw::snapshot,      Flaw::finding,   Flaw::lag_unreadable,
                                   Flaw::lag_half_naive};

/// The kinds that are looked for in a table: a decision's are no event's.
[[nodiscard]] constexpr std::span<const Flaw> flaws_of(FlawedTable table) {
  return table == FlawedTable::audits ? std::span(kFlaws) : std::span(kFlaws).first(2);
}

struct FlawedRow {
  RowId row = 0;
  TaskId task;
  Flaw flaw = Flaw::payload;
  FlawedTable table = FlawedTable::audits;

  friend bool operator==(const FlawedRow&, const FlawedRow&) = default;
};

using FlawCounts = std::map<std::pair<FlawedTable, Flaw>, std::uint64_t>;

/// A decision id that only the payload knows (registries and writers without the column).
struct PayloadDecisionId {
  DecisionId id;
  RowId row = 0;

  friend bool operator==(const PayloadDecisionId&, const PayloadDecisionId&) = default;
};

/// One step of folding: everything a run of audit rows adds, applied in one transaction.
struct FoldBatch {
  FoldState from;  ///< the state it was computed on; refused if it moved
  RowId low = 0;   ///< the state after
  RowId high = 0;
  std::optional<std::int64_t> anchor;  ///< of the row at `high`
  std::uint64_t rows = 0;              ///< audit rows it holds
  bool completes_backfill = false;
  bool damaged = false;        ///< rows could not be read, and are passed by
  std::vector<HourRow> hours;  ///< whole new content of each touched hour
  std::vector<DecisionFact> facts;
  std::vector<FlawedRow> flaws;
  std::vector<PayloadDecisionId> ids;
  Instant at;
};

/// One step of a sweep: what makes the summaries of some rows, or hours, right again, in one
/// transaction.
struct Correction {
  FoldBatch batch;  ///< what is to be there, and the state after
  std::vector<DecisionFact> facts_gone;
  std::vector<FlawedRow> flaws_gone;
  std::vector<PayloadDecisionId> ids_gone;
  std::vector<Instant> hours_gone;
  Sweep sweep;        ///< after this step
  bool ends = false;  ///< it was the last one
};

/// Row ids (low, high] of task_events have been looked at for flaws; nullopt: none yet.
struct EventScanState {
  RowId low = 0;
  RowId high = 0;

  friend bool operator==(const EventScanState&, const EventScanState&) = default;
};

/// One step of that.
struct EventScan {
  std::optional<EventScanState> from;  ///< refused if it moved
  EventScanState to;
  RowId above = 0;  ///< known flaws of rows in (above, upto] are replaced by these
  RowId upto = 0;
  std::vector<FlawedRow> flaws;
};

/// GET /integrity.
struct Integrity {
  std::uint64_t orphaned_audits = 0;
  FlawCounts flaws;  ///< every kind of every table there is
  std::vector<std::string> missing_indexes;
  std::vector<std::string> harmful_indexes;
  std::uint64_t rows_behind = 0;
  std::optional<Instant> last_verified_at;
  std::optional<std::uint64_t> drift;  ///< differences the last verification or sweep found
  Instant checked_at;

  /// Of both tables.
  [[nodiscard]] std::uint64_t count(Flaw flaw) const {
    std::uint64_t all = 0;
    for (const auto& [kind, rows] : flaws) all += kind.second == flaw ? rows : 0;
    return all;
  }
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
