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

}  // namespace

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
