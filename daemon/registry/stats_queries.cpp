#include <algorithm>

#include "base/json.h"
#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"
#include "registry/state.h"

namespace replay::registry {
namespace {

std::optional<RowId> edge_row(Connection& connection, const char* sql) {
  Statement edge = connection.statement(sql);
  return edge.step() ? edge.integer_if("row") : std::nullopt;
}

HourRow to_hour(const Statement& row, Instant start) {
  return {start, row.text_if("decision_types").value_or("{}"), row.real_if("lag_p50"),
          row.real_if("lag_p95"), row.text("detail")};
}

std::vector<DecisionFact> read_facts(Statement& rows) {
  std::vector<DecisionFact> facts;
  while (rows.step()) {
    DecisionFact fact;
    fact.at = from_micros(rows.integer("at"));
    fact.row = rows.integer("audit_row");
    fact.type = rows.text("type");
    if (const auto lag = rows.integer_if("lag")) fact.lag = Duration{*lag};
    fact.lag_from_columns = rows.integer("lag_from_columns") != 0;
    fact.task = TaskId(rows.text_if("task_id").value_or(""));
    fact.reason_code = rows.text_if("reason_code").value_or("");
    facts.push_back(std::move(fact));
  }
  return facts;
}

AuditRow to_audit(const Statement& row) {
  AuditRow audit;
  audit.row = row.integer("row");
  audit.task = TaskId(row.text_if("task_id").value_or(""));
  audit.event_type = row.text_if("event_type").value_or("");
  audit.created_at = row.instant_if("created_at");
  audit.payload = row.text_if("payload");
  audit.decision_id = row.text_if("decision_id");
  audit.source_event_ts = row.text_if("source_event_ts");
  audit.supervisor_processed_at = row.text_if("supervisor_processed_at");
  return audit;
}

std::vector<AuditRow> read_audits(Connection& connection, const char* sql, RowId row,
                                  std::size_t limit) {
  Statement rows = connection.statement(sql);
  rows.bind(":row", row).bind(":limit", static_cast<std::int64_t>(limit));
  std::vector<AuditRow> audits;
  while (rows.step()) audits.push_back(to_audit(rows));
  return audits;
}

}  // namespace

FoldState ReadView::fold_state() const {
  const auto state = read_state(connection_);
  const auto value = [&state](std::string_view key) {
    const auto found = state.find(key);
    return found == state.end() ? 0 : found->second;
  };
  FoldState fold;
  fold.low = value("fold_low");
  fold.high = value("fold_high");
  fold.epoch = static_cast<std::uint64_t>(value("epoch"));
  fold.clearing = value("clearing") != 0;
  const auto first = edge_row(connection_, sql::kFirstAuditRow);
  const auto last = edge_row(connection_, sql::kLastAuditRow);
  if (first && *first <= fold.low) fold.behind += static_cast<std::uint64_t>(fold.low - *first + 1);
  if (last && *last > fold.high)
    fold.behind += static_cast<std::uint64_t>(*last - std::max(fold.high, *first - 1));
  return fold;
}

std::vector<HourRow> ReadView::hours_from(Instant start) const {
  Statement rows = connection_.statement(sql::kHoursFrom);
  rows.bind(":start", start);
  std::vector<HourRow> hours;
  while (rows.step()) {
    if (const auto hour_start = rows.instant_if("window_start"))
      hours.push_back(to_hour(rows, *hour_start));
  }
  return hours;
}

std::optional<HourRow> ReadView::hour(Instant start) const {
  Statement row = connection_.statement(sql::kHour);
  row.bind(":start", start);
  if (!row.step()) return std::nullopt;
  return to_hour(row, start);
}

std::vector<DecisionFact> ReadView::facts_between(Instant from, Instant before) const {
  Statement rows = connection_.statement(sql::kFactsBetween);
  rows.bind(":from", to_micros(from)).bind(":before", to_micros(before));
  return read_facts(rows);
}

std::vector<DecisionFact> ReadView::blocked_facts_from(Instant from) const {
  Statement rows = connection_.statement(sql::kBlockedFactsFrom);
  rows.bind(":from", to_micros(from));
  return read_facts(rows);
}

std::vector<AuditRow> ReadView::audits_above(RowId row, std::size_t limit) const {
  return read_audits(connection_, sql::kAuditsAbove, row, limit);
}

std::vector<AuditRow> ReadView::audits_down_from(RowId row, std::size_t limit) const {
  return read_audits(connection_, sql::kAuditsDownFrom, row, limit);
}

std::optional<DecisionId> ReadView::decision_id_of(RowId audit_row) const {
  Statement row = connection_.statement(sql::kDecisionIdOfRow);
  row.bind(":row", audit_row);
  if (!row.step()) return std::nullopt;
  if (auto id = row.text_if("decision_id")) return DecisionId(*std::move(id));
  const auto payload = row.text_if("payload");
  const auto document = payload ? parse_json(*payload) : std::nullopt;
  const auto id = document ? string_member(*document, "decision_id") : std::nullopt;
  if (!id) return std::nullopt;
  return DecisionId(std::string(*id));
}

void ReadView::each_decision_audit(RowId low, RowId high,
                                   const std::function<void(const AuditRow&)>& visit) const {
  Statement rows = connection_.statement(sql::kDecisionAuditsBetween);
  rows.bind(":low", low).bind(":high", high);
  while (rows.step()) visit(to_audit(rows));
}

}  // namespace replay::registry
