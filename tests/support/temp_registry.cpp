#include "support/temp_registry.h"

#include <array>
#include <cstdlib>
#include <stdexcept>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace replay::testing {
namespace {

constexpr int kPatienceMs = 10'000;

std::filesystem::path make_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "replay-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return name;
}

}  // namespace

TempRegistry::TempRegistry()
    : directory_(make_directory()), path_(directory_ / "registry.sqlite") {}

TempRegistry::~TempRegistry() {
  registry_.reset();
  foreign_.reset();
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
}

SQLite::Database& TempRegistry::foreign() {
  if (!foreign_) {
    foreign_ = std::make_unique<SQLite::Database>(
        path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kPatienceMs);
  }
  return *foreign_;
}

void TempRegistry::exec(const std::string& sql) { foreign().exec(sql); }

std::string TempRegistry::ask(const std::string& sql) {
  SQLite::Statement query(foreign(), sql);
  return query.executeStep() && !query.getColumn(0).isNull() ? query.getColumn(0).getString() : "";
}

registry::Registry& TempRegistry::open(bool manage_indexes) {
  registry_.reset();
  registry::Options options;
  options.path = path_;
  options.manage_indexes = manage_indexes;
  registry_ = std::make_unique<registry::Registry>(options, log);
  return *registry_;
}

void TempRegistry::close() { registry_.reset(); }

namespace {

constexpr std::string_view kSharedTables = R"(
CREATE TABLE tasks (task_id TEXT PRIMARY KEY, session_id TEXT, title TEXT, status TEXT DEFAULT 'created',
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, created_by TEXT,
  metadata TEXT, project_id TEXT, spec_frozen INTEGER DEFAULT 0);
CREATE TABLE supervisor_inbox (event_id TEXT PRIMARY KEY, task_id TEXT NOT NULL, event_type TEXT NOT NULL,
  source TEXT NOT NULL, payload TEXT, received_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, processed_at TIMESTAMP,
  status TEXT DEFAULT 'pending', error_message TEXT, retry_count INTEGER DEFAULT 0,
  FOREIGN KEY (task_id) REFERENCES tasks(task_id));
CREATE TABLE supervisor_checkpoint (checkpoint_id INTEGER PRIMARY KEY AUTOINCREMENT, source_table TEXT NOT NULL,
  last_seen_id INTEGER NOT NULL, last_seen_ts TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT,
  UNIQUE (source_table));
)";

}  // namespace

std::string v24_tables(std::string_view audit_id) {
  return std::string(kSharedTables) + "CREATE TABLE task_audits (audit_id " +
         std::string(audit_id) + R"(,
  task_id TEXT NOT NULL, repo_id TEXT, level TEXT DEFAULT 'info', event_type TEXT NOT NULL, payload TEXT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, decision_id TEXT, source_event_ts TEXT, supervisor_processed_at TEXT,
  verdict_id TEXT, FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE);
CREATE UNIQUE INDEX idx_task_audits_decision_unique ON task_audits(decision_id) WHERE decision_id IS NOT NULL;
CREATE TABLE task_events (event_id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT NOT NULL, event_type TEXT NOT NULL,
  phase TEXT, actor TEXT NOT NULL DEFAULT 'runner', span_id TEXT NOT NULL DEFAULT '', parent_span_id TEXT,
  seq INTEGER NOT NULL DEFAULT 0, payload TEXT NOT NULL DEFAULT '{}', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
)";
}

std::string v14_tables() {
  return std::string(kSharedTables) +
         R"(CREATE TABLE task_audits (audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id TEXT NOT NULL, level TEXT DEFAULT 'info', event_type TEXT NOT NULL, payload TEXT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, FOREIGN KEY (task_id) REFERENCES tasks(task_id));
)";
}

}  // namespace replay::testing
