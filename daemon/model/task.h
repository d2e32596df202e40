#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace replay {

/// A row of `tasks`. Statuses come in either letter case; compare with same_status().
struct Task {
  TaskId id;
  std::optional<std::string> status;
  std::optional<std::string> title;
  std::optional<std::string> created_by;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;
  RowId row = 0;
};

/// What a decision needs to know of its task, as the task stands when the event is taken.
struct TaskState {
  bool exists = false;
  std::optional<std::string> status;
  std::optional<std::string> metadata;   ///< JSON text as stored
  std::uint64_t previous_decisions = 0;  ///< counted up to kMostPreviousDecisions
  static constexpr std::uint64_t kMostPreviousDecisions = 100;
};

/// The answer to "why is this task where it is"; every member of GET /tasks/{id}/summary.
struct TaskSummary {
  TaskId id;
  std::optional<std::string> status;
  std::optional<std::string> last_decision_type;
  std::optional<Instant> last_decision_at;
  std::optional<std::string> blocked_reason_code;  ///< only while the task is blocked
  std::uint64_t inbox_backlog = 0;
  std::uint64_t decision_count = 0;
};

/// Newest first by row id; `next` is the row to continue below.
struct TaskPage {
  std::vector<Task> tasks;
  std::optional<RowId> next;
};

/// ASCII case-insensitive: AgentOS writes `blocked`, its runbook `BLOCKED`.
[[nodiscard]] bool same_status(std::string_view a, std::string_view b);

/// `status` in the letter case of the one it replaces: lower where that is all lower, else upper.
[[nodiscard]] std::string in_case_of(std::string_view status,
                                     const std::optional<std::string>& replaced);

}  // namespace replay
