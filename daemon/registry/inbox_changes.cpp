#include <SQLiteCpp/Exception.h>

#include "base/error.h"
#include "registry/connection.h"
#include "registry/sql.h"
#include "registry/state.h"
#include "registry/write_transaction.h"

namespace replay::registry {

bool WriteTransaction::task_exists(const TaskId& task) {
  Statement find = connection_.statement(sql::kTaskState);
  return find.bind(":task", task.str()).step();
}

std::vector<Intake> WriteTransaction::accept(const std::vector<IncomingEvent>& events, Instant now,
                                             std::uint64_t max_backlog) {
  {
    Statement pending = connection_.statement(sql::kCountPendingUpTo);
    pending.bind(":limit", static_cast<std::int64_t>(max_backlog));
    if (pending.step() &&
        static_cast<std::uint64_t>(pending.integer("n")) + events.size() > max_backlog) {
      throw Error(ErrorKind::busy,
                  "The inbox is full (" + std::to_string(max_backlog) + " undecided events).",
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
  if (!task_exists(event.task)) {
    if (event.type != kTaskCreated || !create_task(event.task, incoming.new_task, now))
      return Intake::unknown_task;
  }
  put_into_inbox(event, now, std::nullopt);
  return Intake::accepted;
}

void WriteTransaction::keep_event_times(const std::vector<IncomingEvent>& events,
                                        const std::vector<Intake>& intake, Instant now) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (intake[i] == Intake::accepted && events[i].event.ts != now) put_event_time(events[i].event);
  }
}

void WriteTransaction::put_event_time(const Event& event) {
  Statement put = connection_.statement(sql::kPutEventTime);
  put.bind(":event", event.id.str()).bind(":ts", to_micros(event.ts)).execute();
}

/// False where the registry's own constraints want more of a task than an event can say.
bool WriteTransaction::create_task(const TaskId& task, const NewTask& details, Instant now) {
  try {
    Statement insert = connection_.statement(sql::kInsertTask);
    insert.bind(":task", task.str()).bind(":status", "PENDING").bind(":now", now).execute();
  } catch (const SQLite::Exception& failure) {
    if (!is_refusal(failure, connection_)) throw;
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

std::size_t WriteTransaction::revive(std::span<const RowId> rows) {
  std::size_t revived = 0;
  for (const RowId row : rows) {
    Statement revive = connection_.statement(sql::kRevive);
    revived += static_cast<std::size_t>(revive.bind(":row", row).execute());
  }
  return revived;
}

std::size_t WriteTransaction::remove_completed(Instant from, Instant to, std::size_t limit) {
  std::vector<RowId> old;
  {
    Statement rows = connection_.statement(sql::kCompletedRows);
    rows.bind(":limit", static_cast<std::int64_t>(limit));
    while (rows.step()) {
      const auto done =
          rows.instant_if(rows.text_if("processed_at") ? "processed_at" : "received_at");
      if (!done || *done < from || *done > to) old.push_back(rows.integer("row"));
    }
  }
  std::size_t removed = 0;
  for (const RowId row : old) {
    Statement remove = connection_.statement(sql::kRemoveCompleted);
    removed += static_cast<std::size_t>(remove.bind(":row", row).execute());
  }
  return removed;
}

}  // namespace replay::registry
