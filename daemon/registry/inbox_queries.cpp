#include <algorithm>

#include "base/json.h"
#include "model/decision.h"
#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"
#include "registry/state.h"

namespace replay::registry {
namespace {

TaskState read_task_state(Connection& connection, const TaskId& id) {
  TaskState state;
  {
    Statement task = connection.statement(sql::kTaskState);
    task.bind(":task", id.str());
    if (!task.step()) return state;
    state.exists = true;
    state.status = task.text_if("status");
    state.metadata = task.text_if("metadata");
  }
  Statement decisions = connection.statement(sql::kCountDecisionsUpTo);
  decisions.bind(":task", id.str())
      .bind(":limit", static_cast<std::int64_t>(TaskState::kMostPreviousDecisions));
  if (decisions.step())
    state.previous_decisions = static_cast<std::uint64_t>(decisions.integer("n"));
  return state;
}

PendingEvent to_pending(const Statement& row, Instant now) {
  PendingEvent pending;
  pending.row = row.integer("row");
  pending.event.id = EventId(row.text_if("event_id").value_or(""));
  pending.event.task = TaskId(row.text_if("task_id").value_or(""));
  pending.event.type = row.text_if("event_type").value_or("");
  pending.event.source =
      row.text_if("source") == "polling" ? EventSource::polling : EventSource::eventbus;
  pending.event.payload = row.text_if("payload").value_or("{}");
  pending.received_at = row.instant_if("received_at").value_or(now);
  // Rows of other writers carry no time of their own: then it is when they came.
  const auto ts = row.integer_if("ts");
  pending.event.ts = ts ? from_micros(*ts) : pending.received_at;
  pending.attempts =
      static_cast<std::uint32_t>(std::max<std::int64_t>(0, row.integer("retry_count")));
  return pending;
}

}  // namespace

PendingPage ReadView::pending_events(RowId above, std::size_t limit, Instant now,
                                     const std::function<bool(const TaskId&)>& passed_over) const {
  PendingPage page;
  std::size_t bytes = 0;
  {
    Statement rows = connection_.statement(sql::kPendingAbove);
    rows.bind(":above", above);
    while (page.events.size() < limit && bytes < kMostBytesOfPage && rows.step()) {
      page.last = rows.integer("row");
      if (passed_over(TaskId(rows.text_if("task_id").value_or("")))) continue;
      Statement row = connection_.statement(sql::kPendingRow);
      if (!row.bind(":row", page.last).step()) continue;
      page.events.push_back(to_pending(row, now));
      bytes += page.events.back().event.payload.size();
    }
  }
  for (PendingEvent& pending : page.events) {
    pending.task = read_task_state(connection_, pending.event.task);
    pending.decided = decision(decision_id_for(pending.event.id)).has_value();
  }
  return page;
}

std::vector<ProcessingRow> ReadView::processing_rows() const {
  std::vector<ProcessingRow> processing;
  Statement rows = connection_.statement(sql::kProcessingRows);
  while (rows.step()) {
    // AgentOS stamps neither column when it takes a row.
    const char* since = rows.text_if("processed_at") ? "processed_at" : "received_at";
    processing.push_back({rows.integer("row"), rows.instant_if(since)});
  }
  return processing;
}

std::vector<Event> ReadView::newest_events(std::size_t limit, Instant now) const {
  std::vector<Event> events;
  Statement rows = connection_.statement(sql::kNewestEvents);
  rows.bind(":limit", static_cast<std::int64_t>(limit));
  while (rows.step()) events.push_back(to_pending(rows, now).event);
  return events;
}

InboxCounts ReadView::inbox_counts(Instant now) const {
  InboxCounts counts;
  Statement rows = connection_.statement(sql::kInboxByStatus);
  while (rows.step()) {
    const std::string status = rows.text_if("status").value_or("");
    const auto n = static_cast<std::uint64_t>(rows.integer("n"));
    if (status == "pending") counts.pending = n;
    if (status == "processing") counts.processing = n;
    if (status == "failed") counts.failed = n;
    if (status == "completed") counts.completed = n;
  }
  Statement oldest = connection_.statement(sql::kOldestPending);
  if (oldest.step()) {
    if (const auto since = oldest.instant_if("received_at")) {
      counts.oldest_pending_age = std::max(Duration::zero(), now - *since);
    }
  }
  return counts;
}

}  // namespace replay::registry
