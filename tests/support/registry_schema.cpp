#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/support/registry_builder.h"

namespace replay::testing {
namespace {

constexpr auto kTasks = R"(
CREATE TABLE tasks (
  task_id TEXT PRIMARY KEY, project_id TEXT, session_id TEXT, title TEXT,
  status TEXT DEFAULT 'created',
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  created_by TEXT, metadata TEXT, spec_frozen INTEGER DEFAULT 0, created_at_ms INTEGER);
CREATE TABLE supervisor_inbox (
  event_id TEXT PRIMARY KEY, task_id TEXT NOT NULL, event_type TEXT NOT NULL, source TEXT NOT NULL,
  payload TEXT, received_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, processed_at TIMESTAMP,
  status TEXT DEFAULT 'pending', error_message TEXT, retry_count INTEGER DEFAULT 0,
  FOREIGN KEY (task_id) REFERENCES tasks(task_id));
CREATE TABLE supervisor_checkpoint (
  checkpoint_id INTEGER PRIMARY KEY AUTOINCREMENT, source_table TEXT NOT NULL,
  last_seen_id INTEGER NOT NULL, last_seen_ts TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, UNIQUE (source_table));
CREATE TABLE schema_version (version TEXT PRIMARY KEY,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
)";

constexpr auto kEvents = R"(
CREATE TABLE task_events (
  event_id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT NOT NULL, event_type TEXT NOT NULL,
  phase TEXT, actor TEXT NOT NULL, span_id TEXT NOT NULL, parent_span_id TEXT,
  seq INTEGER NOT NULL, payload TEXT NOT NULL DEFAULT '{}',
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE);
)";

constexpr auto kTriggers = R"(
CREATE TRIGGER task_blocked_is_audited AFTER UPDATE OF status ON tasks
WHEN new.status = 'blocked' AND old.status IS NOT 'blocked' BEGIN
  INSERT INTO task_audits (task_id, level, event_type, payload)
  VALUES (new.task_id, 'warn', 'TASK_BLOCKED', '{"from": "' || old.status || '"}');
END;
CREATE TRIGGER task_needs_a_frozen_spec BEFORE UPDATE OF status ON tasks
WHEN new.status IN ('running', 'verifying', 'verified', 'done')
     AND (new.project_id IS NULL OR new.spec_frozen = 0) BEGIN
  SELECT RAISE(ABORT, 'the task has no project or its spec is not frozen');
END;
)";

constexpr auto kIndexes = R"(
CREATE INDEX idx_tasks_status ON tasks(status);
CREATE INDEX idx_task_audits_task ON task_audits(task_id);
CREATE INDEX idx_task_audits_event ON task_audits(event_type);
CREATE INDEX idx_task_audits_created ON task_audits(created_at DESC);
CREATE INDEX idx_supervisor_inbox_status ON supervisor_inbox(status);
CREATE INDEX idx_supervisor_inbox_pending ON supervisor_inbox(status, received_at)
  WHERE status = 'pending';
)";

/// v14 names this index without a condition; v15's partial one of the same name never came to be.
constexpr auto kIndexesOfV14 =
    "CREATE INDEX idx_task_audits_event_created ON task_audits(event_type, created_at DESC);";

constexpr auto kIndexesOfV24 = R"(
CREATE INDEX idx_task_audits_event_created ON task_audits(event_type, created_at DESC)
  WHERE event_type LIKE 'SUPERVISOR_%';
CREATE UNIQUE INDEX idx_task_audits_decision_id ON task_audits(decision_id)
  WHERE decision_id IS NOT NULL;
CREATE INDEX idx_task_audits_task_ts ON task_audits(task_id, created_at);
CREATE INDEX idx_task_audits_source_event_ts ON task_audits(source_event_ts)
  WHERE source_event_ts IS NOT NULL;
CREATE INDEX idx_task_events_task_created ON task_events(task_id, created_at DESC);
)";

std::string audits_table(const RegistryShape& shape) {
  const std::string key =
      shape.text_audit_ids ? "TEXT PRIMARY KEY" : "INTEGER PRIMARY KEY AUTOINCREMENT";
  const std::string start = "CREATE TABLE task_audits (audit_id " + key + ", task_id TEXT NOT NULL";
  const std::string middle =
      ", level TEXT DEFAULT 'info', event_type TEXT NOT NULL, payload TEXT, created_at TIMESTAMP "
      "DEFAULT CURRENT_TIMESTAMP";
  if (shape.v14) {
    return start + middle + ", FOREIGN KEY (task_id) REFERENCES tasks(task_id));";
  }
  return start + ", repo_id TEXT" + middle +
         ", decision_id TEXT, source_event_ts TEXT, supervisor_processed_at TEXT, verdict_id TEXT, "
         "FOREIGN KEY (task_id) REFERENCES tasks(task_id) ON DELETE CASCADE);";
}

}  // namespace

void create_agentos_tables(const std::filesystem::path& path, const RegistryShape& shape) {
  SQLite::Database db(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec("PRAGMA journal_mode=WAL");
  db.exec(kTasks + audits_table(shape) + (shape.v14 ? "" : kEvents));
  if (shape.triggers) db.exec(kTriggers);
  if (shape.upstream_indexes) create_agentos_indexes(path, shape);
}

void create_agentos_indexes(const std::filesystem::path& path, const RegistryShape& shape) {
  SQLite::Database db(path.string(), SQLite::OPEN_READWRITE);
  db.exec(kIndexes);
  db.exec(shape.v14 ? kIndexesOfV14 : kIndexesOfV24);
}

}  // namespace replay::testing
