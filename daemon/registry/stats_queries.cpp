#include <algorithm>

#include <SQLiteCpp/Exception.h>

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

/// nullopt where the row has another name than we give to hours, and so is none of ours.
std::optional<Instant> start_of_hour(const Statement& row) {
  const auto start = row.instant_if("window_start");
  if (!start || *start != floor_hour(*start) || format_instant(*start) != row.text("window_start"))
    return std::nullopt;
  return start;
}

HourRow to_hour(const Statement& row, Instant start) {
  return {start, row.text_if("decision_types").value_or("{}"), row.real_if("lag_p50"),
          row.real_if("lag_p95"), row.text("detail")};
}

DecisionFact to_fact(const Statement& row) {
  DecisionFact fact;
  fact.at = from_micros(row.integer("at"));
  fact.row = row.integer("audit_row");
  fact.type = row.text("type");
  if (const auto lag = row.integer_if("lag")) fact.lag = Duration{*lag};
  fact.lag_from_columns = row.integer("lag_from_columns") != 0;
  fact.task = TaskId(row.text_if("task_id").value_or(""));
  fact.reason_code = row.text_if("reason_code").value_or("");
  return fact;
}

std::vector<DecisionFact> read_facts(Statement& rows) {
  std::vector<DecisionFact> facts;
  while (rows.step()) facts.push_back(to_fact(rows));
  return facts;
}

FoldState to_fold_state(const State& state) {
  const auto as_instant = [&state](std::string_view key) {
    const auto micros = value_of(state, key);
    return micros ? std::optional(from_micros(*micros)) : std::nullopt;
  };
  const auto as_count = [&state](std::string_view key) {
    return static_cast<std::uint64_t>(value_of(state, key).value_or(0));
  };
  FoldState fold;
  fold.low = value_of(state, "fold_low").value_or(0);
  fold.high = value_of(state, "fold_high").value_or(0);
  fold.epoch = as_count("epoch");
  fold.clearing = as_count("clearing") != 0;
  if (value_of(state, "fold_rows")) fold.rows = as_count("fold_rows");
  fold.anchor = value_of(state, "fold_anchor");
  if (const auto row = value_of(state, "sweep_row")) {
    fold.sweep = {.row = *row,
                  .rows = as_count("sweep_rows"),
                  .found = as_count("sweep_found"),
                  .damaged = as_count("sweep_damaged"),
                  .hour = as_instant("sweep_hour")};
  }
  fold.swept_at = as_instant("swept_at");
  fold.drift = as_count("drift");
  return fold;
}

}  // namespace

FoldState ReadView::fold_state() const {
  FoldState fold = to_fold_state(read_state(connection_));
  std::optional<RowId> first;
  try {
    first = edge_row(connection_, sql::kFirstAuditRow);
  } catch (const SQLite::Exception& failure) {
    // How much is behind is not known then; the rest is, and new rows are at the other end.
    if (!connection_.met_damage(failure)) throw;
  }
  fold.last = edge_row(connection_, sql::kLastAuditRow);
  if (first && *first <= fold.low) fold.behind += static_cast<std::uint64_t>(fold.low - *first + 1);
  if (first && fold.last && *fold.last > fold.high)
    fold.behind += static_cast<std::uint64_t>(*fold.last - std::max(fold.high, *first - 1));
  return fold;
}

std::vector<HourRow> ReadView::hours_from(Instant start) const {
  Statement rows = connection_.statement(sql::kHoursFrom);
  rows.bind(":start", start);
  std::vector<HourRow> hours;
  while (rows.step()) {
    if (const auto hour_start = start_of_hour(rows)) hours.push_back(to_hour(rows, *hour_start));
  }
  return hours;
}

std::optional<Instant> ReadView::next_hour(Instant from) const {
  std::optional<Instant> next;
  {
    Statement fact = connection_.statement(sql::kFirstFactFrom);
    if (fact.bind(":from", to_micros(from)).step())
      next = floor_hour(from_micros(fact.integer("at")));
  }
  Statement hours = connection_.statement(sql::kHoursFrom);
  hours.bind(":start", from);
  while (hours.step()) {
    if (const auto start = start_of_hour(hours)) return next ? std::min(*next, *start) : *start;
  }
  return next;
}

std::optional<HourRow> ReadView::hour(Instant start) const {
  Statement row = connection_.statement(sql::kHour);
  row.bind(":start", start);
  if (!row.step()) return std::nullopt;
  return to_hour(row, start);
}

void ReadView::each_fact_between(Instant from, Instant before,
                                 const std::function<void(const DecisionFact&)>& visit) const {
  Statement rows = connection_.statement(sql::kFactsBetween);
  rows.bind(":from", to_micros(from)).bind(":before", to_micros(before));
  while (rows.step()) visit(to_fact(rows));
}

std::vector<DecisionFact> ReadView::facts_between(Instant from, Instant before) const {
  std::vector<DecisionFact> facts;
  each_fact_between(from, before, [&facts](const DecisionFact& fact) { facts.push_back(fact); });
  return facts;
}

std::vector<DecisionFact> ReadView::blocked_facts_from(Instant from) const {
  Statement rows = connection_.statement(sql::kBlockedFactsFrom);
  rows.bind(":from", to_micros(from));
  return read_facts(rows);
}

std::vector<DecisionFact> ReadView::facts_of_rows(RowId above, std::size_t limit) const {
  Statement rows = connection_.statement(sql::kFactsOfRows);
  rows.bind(":row", above).bind(":limit", static_cast<std::int64_t>(limit));
  return read_facts(rows);
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

}  // namespace replay::registry
