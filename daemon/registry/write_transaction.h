#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/decision.h"
#include "model/inbox.h"
#include "model/stats.h"

namespace replay::registry {

class Connection;
class Statement;

/// What became of a decision handed over to be recorded.
enum class RecordOutcome {
  recorded,
  recorded_status_refused,  ///< the decision stands; a trigger of the registry refused the task's
                            ///< status
  not_pending,              ///< nothing written: somebody else has decided or closed the event, or
                            ///< a trigger of the registry ignores the change
  vanished,                 ///< nothing written: the event's inbox row has been deleted
};

/// What became of followed rows.
struct FollowOutcome {
  std::size_t added = 0;          ///< new inbox rows
  std::size_t unknown_tasks = 0;  ///< those of them that ended as `failed`
  std::size_t refused = 0;        ///< a trigger or constraint of the registry keeps them out
};

/// Every change the program makes to a registry. Nothing here updates or deletes an audit row or an
/// event. Thread rule: the writer thread, inside a job. A method that throws leaves nothing of the
/// job behind.
class WriteTransaction {
 public:
  explicit WriteTransaction(Connection& connection) : connection_(connection) {}

  // Intake
  /// Puts events into the inbox, one outcome each, in order; TASK_CREATED for an unknown task
  /// creates it. Throws Error(busy), accepting none, where `max_backlog` pending rows would be
  /// passed.
  [[nodiscard]] std::vector<Intake> accept(const std::vector<IncomingEvent>& events, Instant now,
                                           std::uint64_t max_backlog);
  /// Remembers when accepted events happened (the inbox has no column for it) until they are
  /// decided; one without an entry happened when it was received.
  void keep_event_times(const std::vector<IncomingEvent>& events, const std::vector<Intake>& intake,
                        Instant now);
  /// Puts followed rows into the inbox (those of unknown tasks as `failed`) and sets the position.
  [[nodiscard]] FollowOutcome follow(const std::vector<Event>& events,
                                     const FollowPosition& position, Instant now);
  void set_follow_position(const FollowPosition& position, Instant now);

  // Decisions
  /// Audit row, task status and inbox `completed` together.
  [[nodiscard]] RecordOutcome record(const DecisionRecord& record);
  [[nodiscard]] RecordOutcome record(const FailedEvaluation& failure);
  /// Marks a pending row whose decision exists already as completed.
  [[nodiscard]] RecordOutcome complete(RowId inbox_row, const EventId& event, Instant now);
  /// Gives a pending row up without a decision.
  [[nodiscard]] RecordOutcome fail(RowId inbox_row, const EventId& event, std::string_view message,
                                   Instant now);

  /// Status RUNNING and a MANUAL_UNBLOCK audit. Throws Error(not_found), Error(conflict) where the
  /// task is not blocked or a trigger of the registry refuses. Returns the status written.
  [[nodiscard]] std::string unblock(const TaskId& task, std::string_view actor,
                                    std::string_view reason, Instant now);

  // Inbox upkeep
  /// Those of the rows that are `processing` become pending again. Returns how many.
  [[nodiscard]] std::size_t revive(std::span<const RowId> rows);
  /// Removes at most `limit` completed rows processed before `from` or after `to`, or nobody knows
  /// when. Returns how many.
  [[nodiscard]] std::size_t remove_completed(Instant from, Instant to, std::size_t limit);

  // Summaries
  /// False, writing nothing, where the fold state is no longer `batch.from`.
  [[nodiscard]] bool fold(const FoldBatch& batch);
  /// As fold(); what was computed before it is refused after it.
  [[nodiscard]] bool correct(const Correction& correction);
  /// False, writing nothing, where the state is no longer `scan.from`.
  [[nodiscard]] bool scan_events(const EventScan& scan);
  void begin_rebuild();
  /// One step of a rebuild's clearing; true once everything is gone and folding may start at the
  /// current end.
  [[nodiscard]] bool clear_step(std::size_t limit);
  void set_verified(Instant when, std::uint64_t differences);

  // Indexes
  void create_index(std::string_view name);
  void drop_index(std::string_view name);

 private:
  [[nodiscard]] bool task_exists(const TaskId& task);
  void follow_one(const Event& event, Instant now, FollowOutcome& outcome);
  [[nodiscard]] Intake accept_one(const IncomingEvent& incoming, Instant now);
  [[nodiscard]] bool create_task(const TaskId& task, const NewTask& details, Instant now);
  bool put_into_inbox(const Event& event, Instant now, const std::optional<std::string>& failure);
  [[nodiscard]] RecordOutcome close(Statement& change, const EventId& event);
  [[nodiscard]] RecordOutcome why_not_pending(const EventId& event);
  void put_event_time(const Event& event);
  void drop_event_time(const EventId& event);
  [[nodiscard]] bool set_status(const TaskId& task, std::string_view status, Instant now);
  [[nodiscard]] bool is_current(const FoldState& state) const;
  void put(const FoldBatch& batch);
  void put_fact(const DecisionFact& fact);
  void remove(const Correction& correction);

  Connection& connection_;
};

}  // namespace replay::registry
