#include "base/json.h"
#include "registry/connection.h"
#include "registry/newest_first.h"
#include "registry/read_view.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

/// The newer of two streams, item by item.
class Merged {
 public:
  Merged(Connection& connection, const TaskId& task, const std::optional<TracePosition>& after)
      : audits_(connection, TraceKind::audit, task, after), audit_(audits_.next()) {
    if (connection.schema().has_table("task_events")) {
      events_.emplace(connection, TraceKind::event, task, after);
      event_ = events_->next();
    }
  }

  std::optional<TracePosition> next() {
    const bool take_audit = audit_ && (!event_ || audit_->position > event_->position);
    auto& row = take_audit ? audit_ : event_;
    if (!row) return std::nullopt;
    const TracePosition position = row->position;
    row = take_audit ? audits_.next() : events_->next();
    return position;
  }

 private:
  NewestFirst audits_;
  std::optional<NewestFirst> events_;
  std::optional<NewestFirst::Row> audit_;
  std::optional<NewestFirst::Row> event_;
};

/// nullopt where the row has gone since its index entry was read (it cannot within one read
/// transaction).
std::optional<TraceItem> read_item(Connection& connection, const TracePosition& position) {
  const bool audit = position.kind == TraceKind::audit;
  Statement row = connection.statement(audit ? sql::kAuditItem : sql::kEventItem);
  row.bind(":row", position.row);
  if (!row.step()) return std::nullopt;
  TraceItem item;
  item.position = position;
  if (row.is_number("id")) {
    item.id = row.integer("id");
  } else {
    item.id = row.text_if("id").value_or("");
  }
  item.event_type = row.text_if("event_type").value_or("");
  item.decision_id = row.text_if("decision_id");
  item.payload = row.text_if("payload");
  return item;
}

}  // namespace

std::optional<TracePage> ReadView::trace_page(const TaskId& id, std::size_t limit,
                                              const std::optional<TracePosition>& after) const {
  TracePage page;
  std::size_t bytes = 0;
  Merged rows(connection_, id, after);
  while (const auto position = rows.next()) {
    if (page.items.size() == limit || bytes >= kMostBytesOfPage) {
      page.next = page.items.back().position;
      break;
    }
    auto item = read_item(connection_, *position);
    if (!item) continue;
    bytes += item->payload ? item->payload->size() : 0;
    page.items.push_back(*std::move(item));
  }
  if (page.items.empty() && !knows_task(id)) return std::nullopt;
  return page;
}

std::optional<StoredDecision> ReadView::decision(const DecisionId& id) const {
  for (const char* sql : {sql::kDecisionById, sql::kDecisionByPayloadId}) {
    if (sql == sql::kDecisionById && !connection_.schema().has("task_audits", "decision_id"))
      continue;
    Statement find = connection_.statement(sql);
    find.bind(":id", id.str());
    if (find.step()) {
      return StoredDecision{id, TaskId(find.text_if("task_id").value_or("")),
                            find.text_if("payload")};
    }
  }
  return std::nullopt;
}

}  // namespace replay::registry
