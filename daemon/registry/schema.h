#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
}

namespace replay::registry {

/// One index the program's queries rely on.
struct IndexDefinition {
  std::string name;
  std::string table;
  std::vector<std::string> columns;

  [[nodiscard]] std::string create_statement() const;
};

/// What a registry looks like: which of the known tables and columns it has, found once when it is
/// opened, since registries of every age exist. Immutable after construction; any thread.
class Schema {
 public:
  /// Reads an open database. REQUIRES: it is a registry (see is_registry).
  explicit Schema(const SQLite::Database& db);

  [[nodiscard]] static bool is_empty(const SQLite::Database& db);
  [[nodiscard]] static bool is_registry(const SQLite::Database& db);

  /// The tables of a new registry / those of our own that every registry needs. Run inside a
  /// transaction.
  static void create_registry(SQLite::Database& db);
  static void create_own_tables(SQLite::Database& db);
  /// Whether create_own_tables() would find nothing to do.
  [[nodiscard]] static bool has_own_tables(const SQLite::Database& db);

  [[nodiscard]] bool has(std::string_view table, std::string_view column) const;
  [[nodiscard]] bool has_table(std::string_view table) const;
  [[nodiscard]] bool audit_id_is_text() const { return audit_id_is_text_; }

  /// "v14" or "v24", by the decision columns.
  [[nodiscard]] std::string_view generation() const;

  /// Replaces each `{table.column}` by the column's name, or by NULL where this registry lacks it,
  /// so that one statement serves every generation.
  [[nodiscard]] std::string expand(std::string_view sql) const;

  /// The required indexes for the tables and columns there are: the runbook's, and what our own
  /// queries need.
  [[nodiscard]] std::vector<IndexDefinition> required_indexes() const;

  /// Those of them without an index (not a partial one) of the same leading columns, as the
  /// database stands now.
  [[nodiscard]] std::vector<IndexDefinition> missing_indexes(const SQLite::Database& db) const;

  /// Names of indexes that make other people's inserts fail: expressions over 'now'.
  [[nodiscard]] static std::vector<std::string> harmful_indexes(const SQLite::Database& db);

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> columns_;
  bool audit_id_is_text_ = false;
};

}  // namespace replay::registry
