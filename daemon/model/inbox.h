#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/event.h"
#include "model/stats.h"
#include "model/task.h"

namespace replay {

/// What became of one event handed to the inbox.
enum class Intake { accepted, duplicate, unknown_task };

/// An event at the door, with the task it would create (only TASK_CREATED has one).
struct IncomingEvent {
  Event event;
  NewTask new_task;
};

/// A row of supervisor_inbox waiting to be decided, with its task as it stands.
struct PendingEvent {
  RowId row = 0;  ///< arrival order
  Event event;
  Instant received_at;
  std::uint32_t attempts = 0;  ///< failed evaluations so far
  TaskState task;
  bool decided = false;  ///< its decision is already recorded (an inbox row that came twice)
};

/// What a look at the pending rows found.
struct PendingPage {
  std::vector<PendingEvent> events;
  RowId last = 0;  ///< the last row looked at, also where it was passed over; 0: there was none
};

/// A row of supervisor_inbox that somebody is working on, or was when it died.
struct ProcessingRow {
  RowId row = 0;
  std::optional<Instant> since;  ///< as far as its columns tell
};

/// What the inbox, or the decision, says of an event that came before.
struct KnownEvent {
  TaskId task;
  std::string type;
  std::optional<Instant> ts;  ///< no earlier than the event's own
};

/// Where the follower stands in one table.
struct FollowPosition {
  std::string table;  ///< "task_audits" or "task_events"
  RowId last_seen = 0;
  TableShape shape{};  ///< of the rows up to last_seen when it was there
  /// Rows older than this are history. max(): the registry does not say.
  Instant adopted_at = Instant::max();
  bool settled = true;  ///< false: rows may have come behind the position that are not followed yet
};

/// How far a look at the rows behind a position has come: in the order of created_at as stored,
/// numbers, then texts; where no index serves that, in the order of row ids.
struct LookBehind {
  Instant from;    ///< older rows are left alone
  RowId upto = 0;  ///< those above are followed anyway
  std::variant<double, std::string> at = -1.0;
  RowId row = 0;
  bool by_row = false;  ///< then `at` is not used
  bool done = false;
};

}  // namespace replay
