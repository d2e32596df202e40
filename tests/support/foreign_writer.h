#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

namespace replay::testing {

/// Another process's connection to a registry, as AgentOS's are: it knows nothing of the daemon,
/// waits for locks, and commits each statement by itself unless told otherwise.
class ForeignWriter {
 public:
  using Row = std::vector<std::optional<std::string>>;

  explicit ForeignWriter(const std::filesystem::path& registry);

  /// One statement with its parameters, texts or numbers.
  template <class... Values>
  void run(const std::string& sql, const Values&... values) {
    SQLite::Statement statement(db_, sql);
    if constexpr (sizeof...(values) > 0) SQLite::bind(statement, values...);
    statement.exec();
  }
  /// Several statements.
  void script(const std::string& sql) { db_.exec(sql); }

  [[nodiscard]] std::vector<Row> rows(const std::string& sql);
  /// The first row's first column; throws where there is no row or it is NULL.
  [[nodiscard]] std::string text(const std::string& sql);
  [[nodiscard]] std::int64_t number(const std::string& sql);

  // Rows as AgentOS writes them. Each returns its rowid.
  std::int64_t task(const std::string& id, const std::string& status = "running");
  std::int64_t audit(const std::string& task, const std::string& type, const std::string& payload,
                     const std::string& created_at);
  std::int64_t task_event(const std::string& task, const std::string& type,
                          const std::string& payload, const std::string& created_at);
  std::int64_t pending(const std::string& event_id, const std::string& task,
                       const std::string& type, const std::string& payload);

 private:
  SQLite::Database db_;
};

}  // namespace replay::testing
