#pragma once

#include <cstdint>
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

/// Where the follower stands in one table.
struct FollowPosition {
  std::string table;  ///< "task_audits" or "task_events"
  RowId last_seen = 0;
};

}  // namespace replay
