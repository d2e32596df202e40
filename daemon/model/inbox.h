#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/event.h"
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

/// Where the follower stands in one table.
struct FollowPosition {
  std::string table;  ///< "task_audits" or "task_events"
  RowId last_seen = 0;
};

}  // namespace replay
