#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/audit.h"
#include "model/inbox.h"
#include "model/stats.h"
#include "model/task.h"
#include "model/trace.h"

namespace replay::registry {

class Connection;
class Statement;

/// Payloads are read in pages that end once they hold this much, at least one row each: rows of
/// other writers may have megabytes.
inline constexpr std::size_t kMostBytesOfPage = std::size_t{8} << 20U;

/// Sizes a scrape reports; all at the cost of a few index look-ups.
struct RegistrySizes {
  std::uint64_t tasks = 0;  ///< row id span: rows, were none deleted
  std::uint64_t audits = 0;
  std::uint64_t events = 0;
  std::uint64_t database_bytes = 0;
  std::uint64_t blocked_tasks = 0;  ///< exact
};

/// Every question the program asks of a registry, over model values; the SQL stands in the
/// *_queries.cpp files. Instants are compared as instants whatever form the rows use. Rows with
/// unreadable texts come back with the text or without the instant; they never throw. Thread rule:
/// the pool thread that made it. Throws Error(unavailable).
class ReadView {
 public:
  explicit ReadView(Connection& connection) : connection_(connection) {}

  // Tasks (task_queries.cpp)
  [[nodiscard]] std::optional<Task> task(const TaskId& id) const;
  /// nullopt where neither a task row nor an audit or event names it.
  [[nodiscard]] std::optional<TaskSummary> task_summary(const TaskId& id) const;
  /// Newest first; all of them without a status, which is compared case-insensitively.
  [[nodiscard]] TaskPage tasks(const std::optional<std::string>& status, std::size_t limit,
                               std::optional<RowId> below) const;

  // Traces (trace_queries.cpp)
  /// The items strictly older than `after`, newest first: at most `limit`, fewer where their
  /// payloads pass kMostBytesOfPage. nullopt where nothing is known of the task.
  [[nodiscard]] std::optional<TracePage> trace_page(
      const TaskId& id, std::size_t limit, const std::optional<TracePosition>& after) const;
  [[nodiscard]] std::optional<StoredDecision> decision(const DecisionId& id) const;

  // Summaries (stats_queries.cpp)
  [[nodiscard]] FoldState fold_state() const;
  [[nodiscard]] std::vector<HourRow> hours_from(
      Instant start) const;  ///< start and later, ascending
  [[nodiscard]] std::optional<HourRow> hour(Instant start) const;
  /// The first hour at or after `from` that has a summary or facts.
  [[nodiscard]] std::optional<Instant> next_hour(Instant from) const;
  /// The facts in [from, before), ascending, one at a time: an hour may hold any number.
  void each_fact_between(Instant from, Instant before,
                         const std::function<void(const DecisionFact&)>& visit) const;
  [[nodiscard]] std::vector<DecisionFact> facts_between(Instant from, Instant before) const;
  [[nodiscard]] std::vector<DecisionFact> blocked_facts_from(
      Instant from) const;  ///< [from, …), ascending
  /// Audits above a row id, ascending / at or below one, descending. Where the file is damaged they
  /// end early, and the page after that passes by what cannot be read.
  [[nodiscard]] AuditPage audits_above(RowId row, std::size_t limit) const;
  [[nodiscard]] AuditPage audits_down_from(RowId row, std::size_t limit) const;
  /// One row's decision id, from the column or the payload.
  [[nodiscard]] std::optional<DecisionId> decision_id_of(RowId audit_row) const;

  // What is kept of the rows above a row id, by row (sweep_queries.cpp)
  [[nodiscard]] std::vector<DecisionFact> facts_of_rows(RowId above, std::size_t limit) const;
  [[nodiscard]] std::vector<FlawedRow> flaws_of_rows(RowId above, std::size_t limit) const;
  [[nodiscard]] std::vector<PayloadDecisionId> ids_of_rows(RowId above, std::size_t limit) const;
  /// The row that decision_replay_ids names.
  [[nodiscard]] std::optional<RowId> row_of_payload_id(const DecisionId& id) const;
  [[nodiscard]] std::optional<EventScanState> event_scan_state() const;
  /// Events above a row id, ascending / at or below one, descending: as audits, with the columns
  /// that both tables have.
  [[nodiscard]] AuditPage events_above(RowId row, std::size_t limit) const;
  [[nodiscard]] AuditPage events_down_from(RowId row, std::size_t limit) const;

  // Rows of task_audits and task_events, whoever uses them (shape_queries.cpp)
  /// How many rows have a row id up to `upto`, counted over the narrowest index (under 15 ms a
  /// million) less the rows above it, and the anchor of the row at `upto`.
  [[nodiscard]] TableShape shape(std::string_view table, RowId upto) const;
  /// A fingerprint of the row's task_id, event_type and created_at, the same in every run and
  /// version; nullopt where the row is gone, or cannot be read. Costs one look-up.
  [[nodiscard]] std::optional<std::int64_t> anchor(std::string_view table, RowId row) const;

  // Inbox (inbox_queries.cpp)
  /// Pending rows above a row id, in order of arrival, but for those of tasks that are passed over:
  /// at most `limit`, fewer where their payloads pass kMostBytesOfPage. A row whose own time cannot
  /// be read counts as of `now`.
  [[nodiscard]] PendingPage pending_events(
      RowId above, std::size_t limit, Instant now,
      const std::function<bool(const TaskId&)>& passed_over) const;
  [[nodiscard]] std::vector<ProcessingRow> processing_rows() const;
  /// The newest ones whatever became of them, newest first; times as with pending_events().
  [[nodiscard]] std::vector<Event> newest_events(std::size_t limit, Instant now) const;
  [[nodiscard]] InboxCounts inbox_counts(Instant now) const;

  // Following (follow_queries.cpp)
  /// Rows of the table above the position whose type is one of `types`, as inbox events (source
  /// polling), without those that are in the inbox or decided already: at most `limit` looked at,
  /// fewer where payloads pass kMostBytesOfPage. The position moves to the last row looked at. A
  /// row whose own time cannot be read counts as of `now`.
  [[nodiscard]] std::vector<Event> rows_to_follow(FollowPosition& position,
                                                  const std::vector<std::string>& types,
                                                  std::size_t limit, Instant now) const;
  /// The beginning of a look at the table's rows up to `upto` that were created at `from` or later.
  [[nodiscard]] LookBehind look_behind(std::string_view table, Instant from, RowId upto) const;
  /// The same as rows_to_follow() of the rows that a look is for; it moves on, and is done once it
  /// has seen them all. Those on a damaged page are passed by.
  [[nodiscard]] std::vector<Event> rows_behind(std::string_view table, LookBehind& look,
                                               const std::vector<std::string>& types,
                                               std::size_t limit, Instant now) const;
  /// As set_follow_position() left it; without shape and adopted_at where an older version did.
  [[nodiscard]] std::optional<FollowPosition> follow_position(std::string_view table) const;
  [[nodiscard]] RowId last_row(std::string_view table) const;
  [[nodiscard]] bool has_table(std::string_view table) const;

  // Integrity (integrity_queries.cpp)
  [[nodiscard]] Integrity integrity(Instant now) const;
  /// The first thing that SQLite finds wrong with the file's pages; nullopt where there is none.
  /// Reads the whole file.
  [[nodiscard]] std::optional<std::string> damage() const;
  /// Examples: at most `limit` of each kind and table.
  [[nodiscard]] std::vector<FlawedRow> flawed_rows(std::size_t limit) const;
  [[nodiscard]] RegistrySizes sizes() const;

 private:
  [[nodiscard]] bool knows_task(const TaskId& id) const;
  [[nodiscard]] std::optional<Event> event_to_follow(std::string_view table, const Statement& row,
                                                     Instant now) const;
  [[nodiscard]] RowId past_damage(std::string_view table, RowId from) const;
  [[nodiscard]] bool next_behind(std::string_view table, Statement& rows, LookBehind& look) const;
  [[nodiscard]] bool knows_event(const EventId& id) const;
  [[nodiscard]] std::optional<KnownEvent> known_event(const EventId& id) const;
  [[nodiscard]] std::optional<std::string> reason_code_of_row(RowId audit_row) const;

  Connection& connection_;
};

}  // namespace replay::registry
