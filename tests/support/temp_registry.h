#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "registry/registry.h"
#include "support/fake_clock.h"

namespace SQLite {
class Database;
}

namespace replay::testing {

/// A registry file in a directory of its own, removed with it. The file can be prepared and looked
/// into by plain SQL on a connection apart, as another process would; open() puts our Registry on
/// it.
class TempRegistry {
 public:
  TempRegistry();
  ~TempRegistry();
  TempRegistry(const TempRegistry&) = delete;
  TempRegistry& operator=(const TempRegistry&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// Statements as another process.
  void exec(const std::string& sql);
  /// The first column of the first row, as text; "" for NULL or no row.
  [[nodiscard]] std::string ask(const std::string& sql);
  [[nodiscard]] std::int64_t count(const std::string& sql) { return std::stoll(ask(sql)); }
  /// The connection of that other process.
  [[nodiscard]] SQLite::Database& foreign();

  /// Opens (or opens again) the registry under test.
  registry::Registry& open(bool manage_indexes = true);
  void close();
  [[nodiscard]] registry::Registry& registry() { return *registry_; }

  FakeClock clock;
  Logger log{LogLevel::error, LogFormat::logfmt};

 private:
  std::filesystem::path directory_;
  std::filesystem::path path_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<SQLite::Database> foreign_;
};

/// The tables of registries as AgentOS makes them; `audit_id` is the key's declaration.
[[nodiscard]] std::string v24_tables(
    std::string_view audit_id = "INTEGER PRIMARY KEY AUTOINCREMENT");
[[nodiscard]] std::string v14_tables();

}  // namespace replay::testing
