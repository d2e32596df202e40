#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"
#include "registry/state.h"

namespace replay::registry {

std::vector<FlawedRow> ReadView::flaws_of_rows(RowId above, std::size_t limit) const {
  Statement rows = connection_.statement(sql::kFlawsOfRows);
  rows.bind(":row", above).bind(":limit", static_cast<std::int64_t>(limit));
  std::vector<FlawedRow> flaws;
  while (rows.step()) {
    flaws.push_back({.row = rows.integer("row"),
                     .task = TaskId(rows.text_if("task_id").value_or("")),
                     .flaw = static_cast<Flaw>(rows.integer("flaw"))});
  }
  return flaws;
}

std::vector<PayloadDecisionId> ReadView::ids_of_rows(RowId above, std::size_t limit) const {
  Statement rows = connection_.statement(sql::kIdsOfRows);
  rows.bind(":row", above).bind(":limit", static_cast<std::int64_t>(limit));
  std::vector<PayloadDecisionId> ids;
  while (rows.step())
    ids.push_back({DecisionId(rows.text("decision_id")), rows.integer("audit_row")});
  return ids;
}

std::optional<RowId> ReadView::row_of_payload_id(const DecisionId& id) const {
  Statement row = connection_.statement(sql::kRowOfPayloadId);
  if (!row.bind(":id", id.str()).step()) return std::nullopt;
  return row.integer("audit_row");
}

std::optional<EventScanState> ReadView::event_scan_state() const {
  const State state = read_state(connection_);
  const auto low = value_of(state, "events_low");
  const auto high = value_of(state, "events_high");
  if (!low || !high) return std::nullopt;
  return EventScanState{*low, *high};
}

}  // namespace replay::registry
