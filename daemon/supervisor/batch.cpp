#include "supervisor/batch.h"

#include <algorithm>

#include "base/clock.h"
#include "base/json.h"

namespace replay::supervisor {
namespace {

std::optional<std::string> status_after(const Event& event, DecisionType decision,
                                        const TaskStatuses& statuses) {
  switch (decision) {
    case DecisionType::allow:
      return event.type == kTaskCreated ? statuses.allowed_created : std::nullopt;
    case DecisionType::pause:
      return statuses.paused;
    case DecisionType::block:
      return statuses.blocked;
    case DecisionType::retry:
      return std::nullopt;
  }
  return std::nullopt;
}

std::uint64_t retry_count_of(const TaskState& task) {
  const auto metadata = task.metadata ? parse_json(*task.metadata) : std::nullopt;
  const json::value* count = metadata ? member(*metadata, "retry_count") : nullptr;
  if (count == nullptr || !count->is_int64()) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, count->get_int64()));
}

FailedEvaluation failed(const PendingEvent& pending, const std::string& error,
                        const policy::Engine& engine, Instant now, const Options& options) {
  FailedEvaluation failure;
  failure.inbox_row = pending.row;
  failure.event = pending.event;
  failure.error = error;
  failure.attempt = pending.attempts + 1;
  failure.final = failure.attempt >= options.max_attempts;
  failure.id = decision_id_for(pending.event.id, failure.attempt);
  failure.policy = engine.name();
  failure.processed_at = now;
  return failure;
}

Verdict decide_one(const PendingEvent& pending, const TaskState& task, const policy::Engine& engine,
                   const Clock& clock, const Options& options) {
  const auto start = clock.steady_now();
  DecisionRecord record;
  record.inbox_row = pending.row;
  record.id = decision_id_for(pending.event.id);
  record.event = pending.event;
  record.inputs = {task, retry_count_of(task)};
  try {
    record.decision = engine.decide(pending.event, record.inputs, clock.now());
  } catch (const std::exception& error) {
    return failed(pending, error.what(), engine, clock.now(), options);
  }
  record.processed_at = clock.now();
  record.decision_time = std::chrono::duration_cast<Duration>(clock.steady_now() - start);
  record.new_status = status_after(pending.event, record.decision.type, options.statuses);
  return record;
}

/// An event without an id could not be told from the next one without.
std::optional<Closing> closing_of(const PendingEvent& pending, const TaskState& task) {
  if (pending.event.id.str().empty()) return Closing::no_event_id;
  if (pending.decided) return Closing::already_decided;
  if (!task.exists) return Closing::unknown_task;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Closing why) {
  switch (why) {
    case Closing::already_decided:
      return "";
    case Closing::unknown_task:
      return "unknown task";
    case Closing::no_event_id:
      return "no event_id";
  }
  return "";
}

RowId inbox_row_of(const Verdict& verdict) {
  if (const auto* record = std::get_if<DecisionRecord>(&verdict)) return record->inbox_row;
  if (const auto* failure = std::get_if<FailedEvaluation>(&verdict)) return failure->inbox_row;
  return std::get<Closed>(verdict).pending.row;
}

const Event& event_of(const Verdict& verdict) {
  if (const auto* record = std::get_if<DecisionRecord>(&verdict)) return record->event;
  if (const auto* failure = std::get_if<FailedEvaluation>(&verdict)) return failure->event;
  return std::get<Closed>(verdict).pending.event;
}

std::vector<Verdict> decide_task(const std::vector<PendingEvent>& events,
                                 const policy::Engine& engine, const Clock& clock,
                                 const Options& options) {
  std::vector<Verdict> verdicts;
  if (events.empty()) return verdicts;
  TaskState task = events.front().task;
  for (const PendingEvent& pending : events) {
    if (const auto why = closing_of(pending, task)) {
      verdicts.emplace_back(Closed{pending, *why});
      continue;
    }
    Verdict verdict = decide_one(pending, task, engine, clock, options);
    if (const auto* record = std::get_if<DecisionRecord>(&verdict)) {
      if (record->new_status) task.status = in_case_of(*record->new_status, task.status);
      task.previous_decisions =
          std::min(task.previous_decisions + 1, TaskState::kMostPreviousDecisions);
    }
    const auto* failure = std::get_if<FailedEvaluation>(&verdict);
    const bool wait = failure != nullptr && !failure->final;
    verdicts.push_back(std::move(verdict));
    if (wait) break;
  }
  return verdicts;
}

}  // namespace replay::supervisor
