#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/schema.h"
#include "registry/sql.h"
#include "registry/state.h"

namespace replay::registry {
namespace {

std::uint64_t row_span(Connection& connection, const char* first_sql, const char* last_sql) {
  Statement first = connection.statement(first_sql);
  Statement last = connection.statement(last_sql);
  if (!first.step() || !last.step()) return 0;
  const auto low = first.integer_if("row");
  const auto high = last.integer_if("row");
  return low && high ? static_cast<std::uint64_t>(*high - *low + 1) : 0;
}

void count_flaws(Connection& connection, FlawedTable table, FlawCounts& counts) {
  for (const Flaw flaw : flaws_of(table)) counts[{table, flaw}] = 0;
  Statement rows =
      connection.statement(table == FlawedTable::audits ? sql::kCountFlaws : sql::kCountEventFlaws);
  while (rows.step()) {
    counts[{table, static_cast<Flaw>(rows.integer("flaw"))}] =
        static_cast<std::uint64_t>(rows.integer("n"));
  }
}

void list_flaws(Connection& connection, FlawedTable table, std::size_t limit,
                std::vector<FlawedRow>& flawed) {
  for (const Flaw flaw : flaws_of(table)) {
    Statement rows = connection.statement(table == FlawedTable::audits ? sql::kFlawedAudits
                                                                       : sql::kFlawedEvents);
    rows.bind(":flaw", static_cast<std::int64_t>(flaw));
    rows.bind(":limit", static_cast<std::int64_t>(limit));
    while (rows.step()) {
      flawed.push_back(
          {rows.integer("row"), TaskId(rows.text_if("task_id").value_or("")), flaw, table});
    }
  }
}

}  // namespace

std::optional<std::string> ReadView::damage() const {
  Statement check = connection_.statement(sql::kFirstDamage);
  auto found = check.step() ? check.text_if("quick_check") : std::nullopt;
  return found == "ok" ? std::nullopt : found;
}

Integrity ReadView::integrity(Instant now) const {
  Integrity found;
  found.checked_at = now;
  bool by_task = true;
  for (const IndexDefinition& index :
       connection_.schema().missing_indexes(connection_.database())) {
    found.missing_indexes.push_back(index.name);
    if (index.name == "idx_task_audits_task_id") by_task = false;
  }
  {
    Statement orphans =
        connection_.statement(by_task ? sql::kOrphanedAudits : sql::kOrphanedAuditsByScan);
    if (orphans.step()) found.orphaned_audits = static_cast<std::uint64_t>(orphans.integer("n"));
  }
  count_flaws(connection_, FlawedTable::audits, found.flaws);
  if (has_table("task_events")) count_flaws(connection_, FlawedTable::events, found.flaws);
  found.harmful_indexes = Schema::harmful_indexes(connection_.database());
  found.rows_behind = fold_state().behind;
  const auto state = read_state(connection_);
  if (const auto at = state.find("verified_at"); at != state.end())
    found.last_verified_at = from_micros(at->second);
  if (const auto drift = state.find("drift"); drift != state.end()) {
    found.drift = static_cast<std::uint64_t>(drift->second);
  }
  return found;
}

std::vector<FlawedRow> ReadView::flawed_rows(std::size_t limit) const {
  std::vector<FlawedRow> flawed;
  list_flaws(connection_, FlawedTable::audits, limit, flawed);
  if (has_table("task_events")) list_flaws(connection_, FlawedTable::events, limit, flawed);
  return flawed;
}

RegistrySizes ReadView::sizes() const {
  RegistrySizes sizes;
  sizes.tasks = row_span(connection_, sql::kFirstTaskRow, sql::kLastTaskRow);
  sizes.audits = row_span(connection_, sql::kFirstAuditRow, sql::kLastAuditRow);
  if (has_table("task_events"))
    sizes.events = row_span(connection_, sql::kFirstEventRow, sql::kLastEventRow);
  {
    Statement bytes = connection_.statement(sql::kDatabaseBytes);
    if (bytes.step()) sizes.database_bytes = static_cast<std::uint64_t>(bytes.integer("n"));
  }
  Statement blocked = connection_.statement(sql::kCountStatus);
  blocked.bind(":status", "BLOCKED");
  if (blocked.step()) sizes.blocked_tasks = static_cast<std::uint64_t>(blocked.integer("n"));
  return sizes;
}

}  // namespace replay::registry
