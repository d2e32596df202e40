#include <limits>

#include "base/json.h"
#include "model/decision.h"
#include "registry/connection.h"
#include "registry/newest_first.h"
#include "registry/read_view.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

Task to_task(const Statement& row) {
  Task task;
  task.id = TaskId(row.text("task_id"));
  task.status = row.text_if("status");
  task.title = row.text_if("title");
  task.created_by = row.text_if("created_by");
  task.created_at = row.instant_if("created_at");
  task.updated_at = row.instant_if("updated_at");
  task.row = row.integer("row");
  return task;
}

std::uint64_t count(Connection& connection, const char* sql, const TaskId& id) {
  Statement counting = connection.statement(sql);
  counting.bind(":task", id.str());
  return counting.step() ? static_cast<std::uint64_t>(counting.integer("n")) : 0;
}

}  // namespace

std::optional<Task> ReadView::task(const TaskId& id) const {
  Statement find = connection_.statement(sql::kTaskById);
  find.bind(":task", id.str());
  if (!find.step()) return std::nullopt;
  return to_task(find);
}

std::optional<TaskSummary> ReadView::task_summary(const TaskId& id) const {
  const auto found = task(id);
  TaskSummary summary;
  summary.id = id;
  if (found) summary.status = found->status;
  summary.inbox_backlog = count(connection_, sql::kCountInboxOfTask, id);
  summary.decision_count = count(connection_, sql::kCountDecisions, id);

  const bool blocked = summary.status && same_status(*summary.status, "BLOCKED");
  bool anything = found.has_value();
  NewestFirst audits(connection_, TraceKind::audit, id, std::nullopt);
  while (const auto row = audits.next()) {
    anything = true;
    const auto type = decision_type_of(row->event_type);
    if (!type) continue;
    if (!summary.last_decision_type) {
      summary.last_decision_type = std::string(*type);
      if (row->position.ts != Instant::min()) summary.last_decision_at = row->position.ts;
    }
    if (!blocked) break;
    if (*type == "BLOCKED") {
      summary.blocked_reason_code = reason_code_of_row(row->position.row);
      break;
    }
  }
  if (!anything && !knows_task(id)) return std::nullopt;
  return summary;
}

std::optional<std::string> ReadView::reason_code_of_row(RowId audit_row) const {
  Statement item = connection_.statement(sql::kAuditItem);
  item.bind(":row", audit_row);
  if (!item.step()) return std::nullopt;
  const auto payload = item.text_if("payload");
  const auto document = payload ? parse_json(*payload) : std::nullopt;
  return document ? reason_code_of(*document) : std::nullopt;
}

bool ReadView::knows_task(const TaskId& id) const {
  if (task(id)) return true;
  {
    Statement audits = connection_.statement(sql::kAuditOfTask);
    if (audits.bind(":task", id.str()).step()) return true;
  }
  if (!connection_.schema().has_table("task_events")) return false;
  Statement events = connection_.statement(sql::kEventOfTask);
  return events.bind(":task", id.str()).step();
}

TaskPage ReadView::tasks(const std::optional<std::string>& status, std::size_t limit,
                         std::optional<RowId> below) const {
  Statement find = connection_.statement(status ? sql::kTasksOfStatusBelow : sql::kTasksBelow);
  if (status) find.bind(":status", *status);
  find.bind(":below", below.value_or(std::numeric_limits<RowId>::max()));
  find.bind(":limit", static_cast<std::int64_t>(limit) + 1);
  TaskPage page;
  while (find.step()) {
    if (page.tasks.size() == limit) {
      page.next = page.tasks.back().row;
      break;
    }
    page.tasks.push_back(to_task(find));
  }
  return page;
}

}  // namespace replay::registry
