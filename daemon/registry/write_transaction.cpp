#include "registry/write_transaction.h"

#include <algorithm>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/json.h"
#include "model/task.h"
#include "registry/connection.h"
#include "registry/sql.h"
#include "registry/state.h"

namespace replay::registry {
namespace {

bool is_constraint(const SQLite::Exception& failure) {
  return (failure.getErrorCode() & 0xFF) == SQLITE_CONSTRAINT;
}

bool task_exists(Connection& connection, const TaskId& task) {
  Statement find = connection.statement(sql::kTaskState);
  return find.bind(":task", task.str()).step();
}

std::string_view level_of(DecisionType type) {
  switch (type) {
    case DecisionType::allow:
    case DecisionType::retry:
      return "info";
    case DecisionType::pause:
    case DecisionType::block:
      return "warn";
  }
  return "info";
}

struct AuditInsert {
  TaskId task;
  std::string_view level;
  std::string_view type;
  std::string payload;
  Instant now;
  std::string key;  ///< for registries whose audit_id is a text
  std::optional<DecisionId> decision;
  Instant source_ts;
};

void insert_audit(Connection& connection, const AuditInsert& audit) {
  const Schema& schema = connection.schema();
  const bool with_decision = audit.decision && schema.has("task_audits", "decision_id");
  const bool with_key = schema.audit_id_is_text();
  const char* plain = with_key ? sql::kInsertAuditWithKey : sql::kInsertAudit;
  const char* full = with_key ? sql::kInsertDecisionWithKey : sql::kInsertDecision;
  Statement insert = connection.statement(with_decision ? full : plain);
  if (with_key) insert.bind(":key", audit.key);
  insert.bind(":task", audit.task.str()).bind(":level", audit.level).bind(":type", audit.type);
  insert.bind(":payload", audit.payload).bind(":now", audit.now);
  if (with_decision)
    insert.bind(":decision", audit.decision->str()).bind(":source_ts", audit.source_ts);
  insert.execute();
}

void set_state(Connection& connection, std::string_view key, std::int64_t value) {
  Statement set = connection.statement(sql::kSetState);
  set.bind(":key", key).bind(":value", value).execute();
}

RowId last_audit_row(Connection& connection) {
  Statement last = connection.statement(sql::kLastAuditRow);
  return last.step() ? last.integer("row") : 0;
}

}  // namespace

// ---- Intake ------------------------------------------------------------------------------------

std::vector<Intake> WriteTransaction::accept(const std::vector<IncomingEvent>& events, Instant now,
                                             std::uint64_t max_backlog) {
  {
    Statement pending = connection_.statement(sql::kCountPendingUpTo);
    pending.bind(":limit", static_cast<std::int64_t>(max_backlog));
    if (pending.step() &&
        static_cast<std::uint64_t>(pending.integer("n")) + events.size() > max_backlog) {
      throw Error(ErrorKind::busy,
                  "The inbox is full (" + std::to_string(max_backlog) +
                      " undecided events); nothing of this request was accepted.",
                  std::chrono::seconds{2});
    }
  }
  std::vector<Intake> outcomes;
  outcomes.reserve(events.size());
  for (const IncomingEvent& incoming : events) outcomes.push_back(accept_one(incoming, now));
  return outcomes;
}

Intake WriteTransaction::accept_one(const IncomingEvent& incoming, Instant now) {
  const Event& event = incoming.event;
  {
    Statement known = connection_.statement(sql::kKnowsEvent);
    if (known.bind(":event", event.id.str()).step()) return Intake::duplicate;
  }
  if (!task_exists(connection_, event.task)) {
    if (event.type != kTaskCreated || !create_task(event.task, incoming.new_task, now))
      return Intake::unknown_task;
  }
  put_into_inbox(event, now, std::nullopt);
  if (event.ts != now) {
    Statement ts = connection_.statement(sql::kPutEventTime);
    ts.bind(":event", event.id.str()).bind(":ts", to_micros(event.ts)).execute();
  }
  return Intake::accepted;
}

/// False where the registry's own constraints want more of a task than an event can say.
bool WriteTransaction::create_task(const TaskId& task, const NewTask& details, Instant now) {
  try {
    Statement insert = connection_.statement(sql::kInsertTask);
    insert.bind(":task", task.str()).bind(":status", "PENDING").bind(":now", now).execute();
  } catch (const SQLite::Exception& failure) {
    if (!is_constraint(failure)) throw;
    return false;
  }
  Statement describe = connection_.statement(sql::kDescribeTask);
  describe.bind(":task", task.str())
      .bind_if(":session", details.session_id)
      .bind_if(":title", details.title);
  describe.bind_if(":by", details.created_by).bind_if(":metadata", details.metadata).execute();
  return true;
}

bool WriteTransaction::put_into_inbox(const Event& event, Instant now,
                                      const std::optional<std::string>& failure) {
  Statement insert = connection_.statement(sql::kInsertInbox);
  insert.bind(":event", event.id.str()).bind(":task", event.task.str()).bind(":type", event.type);
  insert.bind(":source", to_string(event.source)).bind(":payload", event.payload).bind(":now", now);
  insert.bind(":status", failure ? "failed" : "pending").bind_if(":error", failure);
  if (failure) {
    insert.bind(":processed", now);
  } else {
    insert.bind_null(":processed");
  }
  return insert.execute() == 1;
}

std::size_t WriteTransaction::follow(const std::vector<Event>& events,
                                     const FollowPosition& position, Instant now) {
  std::size_t added = 0;
  for (const Event& event : events) {
    const bool known_task = task_exists(connection_, event.task);
    const auto failure = known_task ? std::nullopt : std::optional<std::string>("unknown task");
    if (!put_into_inbox(event, now, failure)) continue;
    ++added;
    if (failure) continue;
    Statement ts = connection_.statement(sql::kPutEventTime);
    ts.bind(":event", event.id.str()).bind(":ts", to_micros(event.ts)).execute();
  }
  set_follow_position(position, now);
  return added;
}

void WriteTransaction::set_follow_position(const FollowPosition& position, Instant now) {
  Statement set = connection_.statement(sql::kSetFollowPosition);
  set.bind(":source", follow_source(position.table))
      .bind(":row", position.last_seen)
      .bind(":now", now)
      .execute();
}

// ---- Decisions ---------------------------------------------------------------------------------

RecordOutcome WriteTransaction::record(const DecisionRecord& record) {
  {
    Statement complete = connection_.statement(sql::kCompleteEvent);
    complete.bind(":row", record.inbox_row)
        .bind(":event", record.event.id.str())
        .bind(":now", record.processed_at);
    if (complete.execute() == 0) return why_not_pending(record.event.id);
  }
  drop_event_time(record.event.id);
  const bool written =
      !record.new_status || set_status(record.event.task, *record.new_status, record.processed_at);
  insert_audit(connection_, {record.event.task, level_of(record.decision.type),
                             audit_event_type(record.decision.type), audit_payload(record, written),
                             record.processed_at, record.id.str(), record.id, record.event.ts});
  return written ? RecordOutcome::recorded : RecordOutcome::recorded_status_refused;
}

RecordOutcome WriteTransaction::record(const FailedEvaluation& failure) {
  {
    Statement count = connection_.statement(sql::kCountAttempt);
    count.bind(":row", failure.inbox_row)
        .bind(":event", failure.event.id.str())
        .bind(":now", failure.processed_at);
    count.bind(":status", failure.final ? "failed" : "pending").bind(":error", failure.error);
    count.bind(":attempt", static_cast<std::int64_t>(failure.attempt));
    if (count.execute() == 0) return why_not_pending(failure.event.id);
  }
  if (failure.final) drop_event_time(failure.event.id);
  insert_audit(connection_, {failure.event.task, "error", kErrorEventType, audit_payload(failure),
                             failure.processed_at, failure.id.str(), failure.id, failure.event.ts});
  return RecordOutcome::recorded;
}

void WriteTransaction::complete(RowId inbox_row, const EventId& event, Instant now) {
  Statement complete = connection_.statement(sql::kCompleteEvent);
  complete.bind(":row", inbox_row).bind(":event", event.str()).bind(":now", now).execute();
  drop_event_time(event);
}

void WriteTransaction::fail(RowId inbox_row, const EventId& event, std::string_view message,
                            Instant now) {
  Statement fail = connection_.statement(sql::kFailRow);
  fail.bind(":row", inbox_row)
      .bind(":event", event.str())
      .bind(":error", message)
      .bind(":now", now)
      .execute();
  drop_event_time(event);
}

RecordOutcome WriteTransaction::why_not_pending(const EventId& event) {
  Statement known = connection_.statement(sql::kKnowsEvent);
  return known.bind(":event", event.str()).step() ? RecordOutcome::not_pending
                                                  : RecordOutcome::vanished;
}

void WriteTransaction::drop_event_time(const EventId& event) {
  Statement drop = connection_.statement(sql::kDropEventTime);
  drop.bind(":event", event.str()).execute();
}

/// False where a trigger refuses the status (aborts the statement) or ignores it. The decision
/// stands all the same.
bool WriteTransaction::set_status(const TaskId& task, std::string_view status, Instant now) {
  std::optional<std::string> replaced;
  {
    Statement current = connection_.statement(sql::kTaskState);
    current.bind(":task", task.str());
    if (!current.step()) return false;
    replaced = current.text_if("status");
  }
  try {
    Statement set = connection_.statement(sql::kSetTaskStatus);
    set.bind(":task", task.str()).bind(":status", in_case_of(status, replaced)).bind(":now", now);
    return set.execute() > 0;
  } catch (const SQLite::Exception& failure) {
    if (!is_constraint(failure)) throw;
    return false;
  }
}

std::string WriteTransaction::unblock(const TaskId& task, std::string_view actor,
                                      std::string_view reason, Instant now) {
  std::optional<std::string> previous;
  {
    Statement current = connection_.statement(sql::kTaskState);
    current.bind(":task", task.str());
    if (!current.step()) throw Error(ErrorKind::not_found, "There is no task " + task.str() + ".");
    previous = current.text_if("status");
  }
  if (!previous || !same_status(*previous, "BLOCKED")) {
    throw Error(ErrorKind::conflict, "Task " + task.str() + " is not blocked; its status is " +
                                         previous.value_or("unknown") + ".");
  }
  if (!set_status(task, "RUNNING", now)) {
    throw Error(
        ErrorKind::conflict,
        "A trigger of this registry refuses the status RUNNING for task " + task.str() + ".");
  }
  const std::string status = in_case_of("RUNNING", previous);
  const json::object payload{{"actor", actor},
                             {"reason", reason},
                             {"previous_status", *previous},
                             {"status", status},
                             {"timestamp", format_instant(now)}};
  insert_audit(connection_,
               {task, "warn", "MANUAL_UNBLOCK", json::serialize(payload), now,
                "unblock-" + task.str() + "-" + std::to_string(to_micros(now)), std::nullopt, now});
  return status;
}

// ---- Inbox upkeep ------------------------------------------------------------------------------

std::size_t WriteTransaction::revive_stuck(Instant before) {
  std::vector<RowId> stuck;
  {
    Statement rows = connection_.statement(sql::kProcessingRows);
    while (rows.step()) {
      // AgentOS stamps neither column when it takes a row; what is unreadable is old enough.
      const auto since =
          rows.instant_if(rows.text_if("processed_at") ? "processed_at" : "received_at");
      if (!since || *since < before) stuck.push_back(rows.integer("row"));
    }
  }
  for (const RowId row : stuck) {
    Statement revive = connection_.statement(sql::kRevive);
    revive.bind(":row", row).execute();
  }
  return stuck.size();
}

std::size_t WriteTransaction::remove_completed(Instant before, std::size_t limit) {
  std::vector<RowId> old;
  {
    Statement rows = connection_.statement(sql::kCompletedRows);
    rows.bind(":limit", static_cast<std::int64_t>(limit));
    while (rows.step()) {
      const auto done =
          rows.instant_if(rows.text_if("processed_at") ? "processed_at" : "received_at");
      if (done && *done < before) old.push_back(rows.integer("row"));
    }
  }
  for (const RowId row : old) {
    Statement remove = connection_.statement(sql::kRemoveCompleted);
    remove.bind(":row", row).execute();
  }
  return old.size();
}

// ---- Summaries ---------------------------------------------------------------------------------

bool WriteTransaction::fold(const FoldBatch& batch) {
  const State state = read_state(connection_);
  const auto is = [&state](std::string_view key, std::int64_t value) {
    const auto found = state.find(key);
    return found != state.end() && found->second == value;
  };
  if (!is("fold_low", batch.from.low) || !is("fold_high", batch.from.high) || !is("clearing", 0) ||
      !is("epoch", static_cast<std::int64_t>(batch.from.epoch))) {
    return false;
  }
  for (const HourRow& hour : batch.hours) {
    Statement put = connection_.statement(sql::kPutHour);
    put.bind(":start", hour.start)
        .bind(":types", hour.decision_types)
        .bind_if(":p50", hour.lag_p50);
    put.bind_if(":p95", hour.lag_p95)
        .bind(":now", batch.at)
        .bind_blob(":detail", hour.detail)
        .execute();
  }
  for (const DecisionFact& fact : batch.facts) put_fact(fact);
  for (const FlawedRow& flawed : batch.flaws) {
    Statement put = connection_.statement(sql::kPutFlaw);
    put.bind(":row", flawed.row).bind(":flaw", static_cast<std::int64_t>(flawed.flaw));
    put.bind(":task", flawed.task.str()).execute();
  }
  for (const PayloadDecisionId& known : batch.ids) {
    Statement put = connection_.statement(sql::kPutPayloadId);
    put.bind(":id", known.id.str()).bind(":row", known.row).execute();
  }
  if (batch.low != batch.from.low) set_state(connection_, "fold_low", batch.low);
  if (batch.high != batch.from.high) set_state(connection_, "fold_high", batch.high);
  return true;
}

void WriteTransaction::put_fact(const DecisionFact& fact) {
  Statement put = connection_.statement(sql::kPutFact);
  put.bind(":at", to_micros(fact.at)).bind(":row", fact.row).bind(":type", fact.type);
  if (fact.lag) {
    put.bind(":lag", fact.lag->count());
  } else {
    put.bind_null(":lag");
  }
  put.bind(":from_columns", static_cast<std::int64_t>(fact.lag_from_columns ? 1 : 0));
  const bool blocked = fact.type == "BLOCKED";
  put.bind_if(":task", blocked ? std::optional(fact.task.str()) : std::nullopt);
  put.bind_if(":code", fact.reason_code.empty() ? std::nullopt : std::optional(fact.reason_code));
  put.execute();
}

void WriteTransaction::begin_rebuild() {
  const State state = read_state(connection_);
  const auto epoch = state.find("epoch");
  const RowId end = last_audit_row(connection_);
  set_state(connection_, "epoch", epoch == state.end() ? 1 : epoch->second + 1);
  set_state(connection_, "clearing", 1);
  set_state(connection_, "fold_low", end);
  set_state(connection_, "fold_high", end);
}

bool WriteTransaction::clear_step(std::size_t limit) {
  // Another process may have finished the clearing since the caller looked, and be folding again.
  const State state = read_state(connection_);
  const auto clearing = state.find("clearing");
  if (clearing == state.end() || clearing->second == 0) return true;
  for (const char* sql :
       {sql::kClearFacts, sql::kClearHours, sql::kClearFlaws, sql::kClearPayloadIds}) {
    Statement clear = connection_.statement(sql);
    if (clear.bind(":limit", static_cast<std::int64_t>(limit)).execute() > 0) return false;
  }
  const RowId end = last_audit_row(connection_);
  set_state(connection_, "fold_low", end);
  set_state(connection_, "fold_high", end);
  set_state(connection_, "clearing", 0);
  return true;
}

void WriteTransaction::set_verified(Instant when, std::uint64_t differences) {
  set_state(connection_, "verified_at", to_micros(when));
  set_state(connection_, "drift", static_cast<std::int64_t>(differences));
}

// ---- Indexes -----------------------------------------------------------------------------------

void WriteTransaction::create_index(std::string_view name) {
  const auto wanted = connection_.schema().required_indexes();
  const auto found = std::find_if(wanted.begin(), wanted.end(),
                                  [name](const auto& index) { return index.name == name; });
  if (found == wanted.end())
    throw Error(ErrorKind::not_found,
                "No index of the program is called " + std::string(name) + ".");
  connection_.exec(found->create_statement().c_str());
}

void WriteTransaction::drop_index(std::string_view name) {
  const auto harmful = Schema::harmful_indexes(connection_.database());
  if (std::find(harmful.begin(), harmful.end(), name) == harmful.end()) {
    throw Error(ErrorKind::conflict,
                "The index " + std::string(name) + " does no harm and is left alone.");
  }
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  connection_.exec(("DROP INDEX " + quoted + "\"").c_str());
}

}  // namespace replay::registry
