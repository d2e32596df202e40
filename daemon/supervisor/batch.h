#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "model/decision.h"
#include "model/inbox.h"
#include "policy/engine.h"
#include "supervisor/supervisor.h"

namespace replay {
class Clock;
}

namespace replay::supervisor {

/// Why a pending event ends without a decision of ours.
enum class Closing { already_decided, unknown_task, no_event_id };

struct Closed {
  PendingEvent pending;
  Closing why = Closing::already_decided;
};

/// "unknown task" …: what the inbox row and those who wait are told; "" for a decided one.
[[nodiscard]] std::string_view to_string(Closing why);

/// What is to be recorded of one event.
using Verdict = std::variant<DecisionRecord, FailedEvaluation, Closed>;

[[nodiscard]] RowId inbox_row_of(const Verdict& verdict);
[[nodiscard]] const Event& event_of(const Verdict& verdict);

/// Decides the pending events of one task in order of arrival, each seeing the status the one
/// before it gave. Stops behind an event whose evaluation failed and will be tried again: later
/// ones must wait for it. Pure but for the clock. Thread rule: any; several tasks in parallel.
[[nodiscard]] std::vector<Verdict> decide_task(const std::vector<PendingEvent>& events,
                                               const policy::Engine& engine, const Clock& clock,
                                               const Options& options);

}  // namespace replay::supervisor
