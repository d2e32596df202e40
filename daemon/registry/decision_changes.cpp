#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include "base/error.h"
#include "base/json.h"
#include "model/task.h"
#include "registry/connection.h"
#include "registry/sql.h"
#include "registry/write_transaction.h"

namespace replay::registry {
namespace {

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
  if (!audit.decision || with_decision) return;
  // A registry without the column finds decisions by our own table; folding fills it too, but only
  // after the decision has been announced.
  Statement known = connection.statement(sql::kPutPayloadId);
  known.bind(":id", audit.decision->str())
      .bind(":row", connection.database().getLastInsertRowid())
      .execute();
}

}  // namespace

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

RecordOutcome WriteTransaction::complete(RowId inbox_row, const EventId& event, Instant now) {
  Statement complete = connection_.statement(sql::kCompleteEvent);
  complete.bind(":row", inbox_row).bind(":event", event.str()).bind(":now", now);
  return close(complete, event);
}

RecordOutcome WriteTransaction::fail(RowId inbox_row, const EventId& event,
                                     std::string_view message, Instant now) {
  Statement fail = connection_.statement(sql::kFailRow);
  fail.bind(":row", inbox_row).bind(":event", event.str()).bind(":error", message);
  fail.bind(":now", now);
  return close(fail, event);
}

RecordOutcome WriteTransaction::close(Statement& change, const EventId& event) {
  if (change.execute() == 0) return why_not_pending(event);
  drop_event_time(event);
  return RecordOutcome::recorded;
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

/// False where a trigger refuses the status (aborts the statement) or ignores it: the decision
/// stands all the same. One that ends the whole transaction takes the decision with it.
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
    if (!is_refusal(failure, connection_)) throw;
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
               {task, "warn", "MANUAL_UNBLOCK", to_text(payload), now,
                "unblock-" + task.str() + "-" + std::to_string(to_micros(now)), std::nullopt, now});
  return status;
}

}  // namespace replay::registry
