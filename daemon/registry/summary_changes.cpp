#include <algorithm>

#include "base/error.h"
#include "registry/connection.h"
#include "registry/sql.h"
#include "registry/state.h"
#include "registry/write_transaction.h"

namespace replay::registry {
namespace {

RowId last_audit_row(Connection& connection) {
  Statement last = connection.statement(sql::kLastAuditRow);
  return last.step() ? last.integer("row") : 0;
}

/// Nothing is folded, of a table that ends where it ends now.
void start_over(Connection& connection) {
  const RowId end = last_audit_row(connection);
  set_state(connection, "fold_low", end);
  set_state(connection, "fold_high", end);
  set_state(connection, "fold_rows", 0);
  for (const char* key : {"fold_anchor", "sweep_row", "sweep_hour"})
    set_state(connection, key, std::nullopt);
}

}  // namespace

bool WriteTransaction::is_current(const FoldState& expected) const {
  const State state = read_state(connection_);
  return value_of(state, "fold_low") == expected.low &&
         value_of(state, "fold_high") == expected.high && value_of(state, "clearing") == 0 &&
         value_of(state, "epoch") == static_cast<std::int64_t>(expected.epoch);
}

bool WriteTransaction::fold(const FoldBatch& batch) {
  if (!is_current(batch.from)) return false;
  put(batch);
  if (batch.from.rows && batch.rows > 0)
    set_state(connection_, "fold_rows", static_cast<std::int64_t>(*batch.from.rows + batch.rows));
  if (batch.completes_backfill) set_state(connection_, "swept_at", to_micros(batch.at));
  return true;
}

void WriteTransaction::put(const FoldBatch& batch) {
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
  if (batch.anchor != batch.from.anchor) set_state(connection_, "fold_anchor", batch.anchor);
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
  set_state(connection_, "epoch", value_of(state, "epoch").value_or(0) + 1);
  set_state(connection_, "clearing", 1);
  start_over(connection_);
}

bool WriteTransaction::clear_step(std::size_t limit) {
  // Another process may have finished the clearing since the caller looked, and be folding again.
  if (value_of(read_state(connection_), "clearing").value_or(0) == 0) return true;
  for (const char* sql :
       {sql::kClearFacts, sql::kClearHours, sql::kClearFlaws, sql::kClearPayloadIds}) {
    Statement clear = connection_.statement(sql);
    if (clear.bind(":limit", static_cast<std::int64_t>(limit)).execute() > 0) return false;
  }
  start_over(connection_);
  set_state(connection_, "clearing", 0);
  return true;
}

void WriteTransaction::set_verified(Instant when, std::uint64_t differences) {
  set_state(connection_, "verified_at", to_micros(when));
  set_state(connection_, "drift", static_cast<std::int64_t>(differences));
}

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
