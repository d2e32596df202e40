#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace replay {

/// How an event reached the inbox: pushed (HTTP, AgentOS's bus) or found in a table by the
/// follower.
enum class EventSource { eventbus, polling };

[[nodiscard]] constexpr std::string_view to_string(EventSource source) {
  return source == EventSource::eventbus ? "eventbus" : "polling";
}

inline constexpr std::string_view kTaskCreated = "TASK_CREATED";

/// Something an agent did, to be decided exactly once. `payload` is the text of a JSON document
/// (checked at intake to be an object; rows of other writers may hold anything).
struct Event {
  EventId id;
  TaskId task;
  std::string type;
  Instant ts;
  EventSource source = EventSource::eventbus;
  std::string payload;
};

/// What a TASK_CREATED payload says of the task it creates.
struct NewTask {
  std::optional<std::string> session_id;
  std::optional<std::string> title;
  std::optional<std::string> created_by;
  std::optional<std::string> metadata;  ///< JSON text

  /// Members session_id, title, created_by (or user) and metadata, where they have the right type.
  [[nodiscard]] static NewTask from_payload(std::string_view payload);
};

}  // namespace replay
