#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "registry/schema.h"
#include "registry/statement.h"

namespace SQLite {
class Database;
class Exception;
class Statement;
}  // namespace SQLite

namespace replay {
class Error;
}

namespace replay::registry {

/// One connection to the registry and its statements, each prepared once. It has read from the file
/// when it is made, so that its write-ahead log, too, is the one that was there then. Thread rule:
/// one thread at a time.
class Connection {
 public:
  enum class Access { read_only, read_write };

  /// Throws Error(unavailable).
  Connection(const std::string& path, const Schema& schema, Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// `sql` is one of the constants of sql.h: statements are remembered by its address.
  [[nodiscard]] Statement statement(const char* sql) { return Statement(prepared(sql)); }
  [[nodiscard]] SQLite::Statement& prepared(const char* sql);

  void exec(const char* sql);
  [[nodiscard]] bool in_transaction() const;

  /// Whether the statement met a page of the file that cannot be what SQLite wrote: others may go
  /// on. It is remembered, for some queries pass such rows by.
  [[nodiscard]] bool met_damage(const SQLite::Exception& failure);
  /// What the last damage met was, in one sentence, and forgets it; nullopt where none was met.
  [[nodiscard]] std::optional<std::string> take_damage();
  [[nodiscard]] SQLite::Database& database() { return *db_; }
  [[nodiscard]] const Schema& schema() const { return schema_; }

 private:
  const Schema& schema_;
  std::unique_ptr<SQLite::Database> db_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> prepared_;
  std::optional<std::string> damage_;
};

/// What SQLite's failure means to the person who asked; the original is for the log. Kinds: busy,
/// unavailable (disk, permissions, file), corrupt, conflict (a constraint or trigger), internal.
[[nodiscard]] Error to_error(const SQLite::Exception& failure);

/// The exception being handled, SQLite's own as the Error it means with the original nested.
/// REQUIRES: inside a catch.
[[nodiscard]] std::exception_ptr current_as_error();

/// A constraint or trigger of the registry refused the statement, and only that statement: the
/// transaction goes on.
[[nodiscard]] bool is_refusal(const SQLite::Exception& failure, const Connection& connection);

}  // namespace replay::registry
