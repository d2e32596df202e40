#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"
#include "registry/state.h"
#include "registry/write_transaction.h"

namespace replay::registry {

bool WriteTransaction::correct(const Correction& correction) {
  const FoldBatch& batch = correction.batch;
  if (!is_current(batch.from)) return false;
  remove(correction);
  put(batch);
  set_state(connection_, "epoch", static_cast<std::int64_t>(batch.from.epoch + 1));
  const Sweep& sweep = correction.sweep;
  if (correction.ends) {
    // The rows there are have been counted; what was counted when they were folded is history.
    set_state(connection_, "fold_rows", static_cast<std::int64_t>(sweep.rows));
    set_state(connection_, "swept_at", to_micros(batch.at));
    set_verified(batch.at, sweep.found);
    // Events are looked at anew, too: they may have changed as well.
    for (const char* key : {"sweep_row", "sweep_hour", "events_low", "events_high"})
      set_state(connection_, key, std::nullopt);
    return true;
  }
  set_state(connection_, "sweep_row", sweep.row);
  set_state(connection_, "sweep_rows", static_cast<std::int64_t>(sweep.rows));
  set_state(connection_, "sweep_found", static_cast<std::int64_t>(sweep.found));
  set_state(connection_, "sweep_damaged", static_cast<std::int64_t>(sweep.damaged));
  set_state(connection_, "sweep_hour",
            sweep.hour ? std::optional(to_micros(*sweep.hour)) : std::nullopt);
  return true;
}

void WriteTransaction::remove(const Correction& correction) {
  for (const DecisionFact& fact : correction.facts_gone) {
    Statement remove = connection_.statement(sql::kRemoveFact);
    remove.bind(":at", to_micros(fact.at)).bind(":row", fact.row).execute();
  }
  for (const FlawedRow& flawed : correction.flaws_gone) {
    Statement remove = connection_.statement(sql::kRemoveFlaw);
    remove.bind(":row", flawed.row).bind(":flaw", static_cast<std::int64_t>(flawed.flaw)).execute();
  }
  for (const PayloadDecisionId& known : correction.ids_gone) {
    Statement remove = connection_.statement(sql::kRemovePayloadId);
    remove.bind(":id", known.id.str()).bind(":row", known.row).execute();
  }
  for (const Instant start : correction.hours_gone) {
    Statement remove = connection_.statement(sql::kRemoveHour);
    remove.bind(":start", start).execute();
  }
}

bool WriteTransaction::scan_events(const EventScan& scan) {
  if (ReadView(connection_).event_scan_state() != scan.from) return false;
  Statement remove = connection_.statement(sql::kRemoveEventFlaws);
  remove.bind(":above", scan.above).bind(":upto", scan.upto).execute();
  for (const FlawedRow& flawed : scan.flaws) {
    Statement put = connection_.statement(sql::kPutEventFlaw);
    put.bind(":row", flawed.row).bind(":flaw", static_cast<std::int64_t>(flawed.flaw));
    put.bind(":task", flawed.task.str()).execute();
  }
  set_state(connection_, "events_low", scan.to.low);
  set_state(connection_, "events_high", scan.to.high);
  return true;
}

}  // namespace replay::registry
