#include "registry/schema.h"

#include <algorithm>
#include <array>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "registry/sql.h"

namespace replay::registry {
namespace {

constexpr std::array<std::string_view, 5> kTables{"tasks", "task_audits", "task_events",
                                                  "supervisor_inbox", "supervisor_checkpoint"};

bool table_exists(const SQLite::Database& db, std::string_view name) {
  SQLite::Statement find(db, sql::kTableExists);
  find.bind(":name", std::string(name));
  return find.executeStep();
}

/// The plain columns of an index in order; empty for a partial index, which serves only some rows.
std::vector<std::string> index_columns(const SQLite::Database& db, const std::string& index) {
  std::vector<std::string> columns;
  SQLite::Statement info(db, sql::kIndexColumns);
  info.bind(":index", index);
  while (info.executeStep()) columns.push_back(info.getColumn("name").getString());
  return columns;
}

std::vector<std::vector<std::string>> indexes_of(const SQLite::Database& db,
                                                 const std::string& table) {
  std::vector<std::vector<std::string>> indexes;
  SQLite::Statement list(db, sql::kIndexesOfTable);
  list.bind(":table", table);
  while (list.executeStep())
    indexes.push_back(index_columns(db, list.getColumn("name").getString()));
  return indexes;
}

std::set<std::string> own_parts(const SQLite::Database& db) {
  std::set<std::string> parts;
  SQLite::Statement list(db, sql::kOwnParts);
  while (list.executeStep()) parts.insert(list.getColumn("part").getString());
  if (!parts.contains("decision_replay_state")) return parts;
  SQLite::Statement state(db, sql::kState);
  while (state.executeStep()) parts.insert("state " + state.getColumn("key").getString());
  return parts;
}

bool starts_with(const std::vector<std::string>& columns, const std::vector<std::string>& leading) {
  return columns.size() >= leading.size() &&
         std::equal(leading.begin(), leading.end(), columns.begin());
}

}  // namespace

std::string IndexDefinition::create_statement() const {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + column;
  return "CREATE INDEX IF NOT EXISTS " + name + " ON " + table + "(" + list + ")";
}

Schema::Schema(const SQLite::Database& db) {
  for (const std::string_view table : kTables) {
    SQLite::Statement info(db, sql::kTableColumns);
    info.bind(":table", std::string(table));
    while (info.executeStep()) {
      const std::string column = info.getColumn("name").getString();
      columns_[std::string(table)].insert(column);
      if (table == "task_audits" && column == "audit_id") {
        audit_id_is_text_ = info.getColumn("type").getString() != "INTEGER";
      }
    }
  }
}

bool Schema::is_empty(const SQLite::Database& db) {
  SQLite::Statement any(db, sql::kAnyTable);
  return !any.executeStep();
}

bool Schema::is_registry(const SQLite::Database& db) {
  return table_exists(db, "tasks") && table_exists(db, "task_audits");
}

void Schema::create_registry(SQLite::Database& db) { db.exec(sql::kCreateRegistry); }

void Schema::create_own_tables(SQLite::Database& db) {
  db.exec(sql::kCreateOwnTables);
  // Somebody may have followed the runbook and created the summary table with its five columns.
  SQLite::Statement info(db, sql::kTableColumns);
  info.bind(":table", "decision_stats_hourly");
  bool has_detail = false;
  while (info.executeStep())
    has_detail = has_detail || info.getColumn("name").getString() == "detail";
  if (!has_detail) db.exec(sql::kAddHourDetail);
}

/// Compared with what they are where nothing else is, so that there is no second list of them.
bool Schema::has_own_tables(const SQLite::Database& db) {
  SQLite::Database complete(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  create_registry(complete);
  create_own_tables(complete);
  const std::set<std::string> needed = own_parts(complete);
  const std::set<std::string> present = own_parts(db);
  return std::includes(present.begin(), present.end(), needed.begin(), needed.end());
}

bool Schema::has(std::string_view table, std::string_view column) const {
  const auto found = columns_.find(table);
  return found != columns_.end() && found->second.contains(column);
}

bool Schema::has_table(std::string_view table) const {
  return columns_.find(table) != columns_.end();
}

std::string_view Schema::generation() const {
  return has("task_audits", "decision_id") ? "v24" : "v14";
}

std::string Schema::expand(std::string_view sql) const {
  std::string text;
  while (true) {
    const std::size_t open = sql.find('{');
    if (open == std::string_view::npos) return text.append(sql);
    const std::size_t close = sql.find('}', open);
    const std::string_view name = sql.substr(open + 1, close - open - 1);
    const std::string_view table = name.substr(0, name.find('.'));
    const std::string_view column = name.substr(name.find('.') + 1);
    text.append(sql.substr(0, open)).append(has(table, column) ? column : "NULL");
    sql.remove_prefix(close + 1);
  }
}

std::vector<IndexDefinition> Schema::required_indexes() const {
  std::vector<IndexDefinition> all{
      {"idx_task_audits_task_id", "task_audits", {"task_id"}},
      {"idx_task_audits_decision_id", "task_audits", {"decision_id"}},
      {"idx_task_audits_created_at", "task_audits", {"created_at"}},
      {"idx_task_audits_event_type", "task_audits", {"event_type"}},
      {"idx_audits_summary", "task_audits", {"task_id", "created_at", "event_type", "decision_id"}},
      {"idx_task_events_task_id", "task_events", {"task_id"}},
      {"idx_task_events_created_at", "task_events", {"created_at"}},
      {"idx_task_events_task_created", "task_events", {"task_id", "created_at"}},
      {"idx_supervisor_inbox_task_id", "supervisor_inbox", {"task_id"}},
      {"idx_supervisor_inbox_status", "supervisor_inbox", {"status"}},
      {"idx_tasks_status_nocase", "tasks", {"status COLLATE NOCASE"}},
  };
  std::vector<IndexDefinition> possible;
  for (IndexDefinition& index : all) {
    std::erase_if(index.columns, [&](const std::string& column) {
      return !has(index.table, column.substr(0, column.find(' ')));
    });
    if (!index.columns.empty()) possible.push_back(std::move(index));
  }
  return possible;
}

std::vector<IndexDefinition> Schema::missing_indexes(const SQLite::Database& db) const {
  std::vector<IndexDefinition> missing;
  for (const IndexDefinition& wanted : required_indexes()) {
    const auto present = indexes_of(db, wanted.table);
    const bool served = std::any_of(present.begin(), present.end(), [&](const auto& columns) {
      return starts_with(columns, wanted.columns);
    });
    if (!served) missing.push_back(wanted);
  }
  return missing;
}

std::vector<std::string> Schema::harmful_indexes(const SQLite::Database& db) {
  std::vector<std::string> names;
  SQLite::Statement find(db, sql::kHarmfulIndexes);
  while (find.executeStep()) names.push_back(find.getColumn("name").getString());
  return names;
}

}  // namespace replay::registry
