#pragma once

/// Every statement of the program. `{table.column}` stands for a column that registries of some
/// ages lack (Schema::expand). Instants of our own tables are microseconds since 1970.
namespace replay::registry::sql {

// ---- Schema ------------------------------------------------------------------------------------

inline constexpr const char* kTableExists =
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name";
inline constexpr const char* kAnyTable = "SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1";
inline constexpr const char* kSchemaVersion = "PRAGMA schema_version";
inline constexpr const char* kFirstDamage = "PRAGMA quick_check(1)";
inline constexpr const char* kTableColumns = "SELECT name, type FROM pragma_table_info(:table)";
/// Those that serve every comparison with their first column: a condition that it is not NULL
/// leaves out nothing that can be compared.
inline constexpr const char* kIndexesOfTable =
    "SELECT name FROM pragma_index_list(:table) l WHERE partial = 0 OR EXISTS "
    "(SELECT 1 FROM sqlite_master m, pragma_index_info(l.name) c WHERE m.type = 'index' AND "
    "m.name = l.name AND c.seqno = 0 AND m.sql LIKE '%WHERE ' || c.name || ' IS NOT NULL')";
inline constexpr const char* kIndexColumns =
    "SELECT coalesce(name, '') || iif(coll = 'BINARY', '', ' COLLATE ' || coll) AS name "
    "FROM pragma_index_xinfo(:index) WHERE key = 1 ORDER BY seqno";
inline constexpr const char* kHarmfulIndexes =
    "SELECT name FROM sqlite_master WHERE type = 'index' AND instr(lower(sql), '''now''') > 0 "
    "ORDER BY name";
inline constexpr const char* kIndexToCountBy =
    "SELECT 1 FROM pragma_index_list(:table) WHERE partial = 0";
/// Tables and indexes of our own, the columns of those that are ours alone, and the tables that
/// every registry needs.
inline constexpr const char* kOwnParts =
    "SELECT name AS part FROM sqlite_master WHERE name LIKE 'decision\\_%' ESCAPE '\\' "
    "OR name IN ('supervisor_inbox', 'supervisor_checkpoint') "
    "UNION ALL SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND m.name LIKE 'decision\\_%' ESCAPE '\\'";
inline constexpr const char* kAddHourDetail =
    "ALTER TABLE decision_stats_hourly ADD COLUMN detail BLOB";

inline constexpr const char* kCreateRegistry = R"(
CREATE TABLE tasks (
  task_id TEXT PRIMARY KEY, session_id TEXT, title TEXT, status TEXT,
  created_at TIMESTAMP, updated_at TIMESTAMP, created_by TEXT, metadata TEXT
);
CREATE TABLE task_audits (
  audit_id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT NOT NULL, repo_id TEXT, level TEXT,
  event_type TEXT NOT NULL, payload TEXT, created_at TIMESTAMP, decision_id TEXT, source_event_ts TEXT,
  supervisor_processed_at TEXT, verdict_id TEXT
);
CREATE TABLE task_events (
  event_id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT, event_type TEXT, phase TEXT, actor TEXT,
  span_id TEXT, parent_span_id TEXT, seq INTEGER, payload TEXT, created_at TIMESTAMP
);
)";

/// The last two of the registry's own tables are here because every registry needs them, and old
/// ones lack them.
inline constexpr const char* kCreateOwnTables = R"(
CREATE TABLE IF NOT EXISTS supervisor_inbox (
  event_id TEXT PRIMARY KEY, task_id TEXT, event_type TEXT, source TEXT, payload TEXT, received_at TIMESTAMP,
  processed_at TIMESTAMP, status TEXT, error_message TEXT, retry_count INTEGER
);
CREATE TABLE IF NOT EXISTS supervisor_checkpoint (
  checkpoint_id INTEGER PRIMARY KEY, source_table TEXT UNIQUE, last_seen_id INTEGER, last_seen_ts TIMESTAMP,
  updated_at TIMESTAMP, metadata TEXT
);
CREATE TABLE IF NOT EXISTS decision_stats_hourly (
  window_start TEXT PRIMARY KEY, decision_types TEXT, lag_p50 REAL, lag_p95 REAL, updated_at TEXT, detail BLOB
);
CREATE TABLE IF NOT EXISTS decision_replay_facts (
  at INTEGER NOT NULL, audit_row INTEGER NOT NULL, type TEXT NOT NULL, lag INTEGER, lag_from_columns INTEGER,
  task_id TEXT, reason_code TEXT, PRIMARY KEY (at, audit_row)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decision_replay_facts_blocked
  ON decision_replay_facts (at, task_id, reason_code) WHERE type = 'BLOCKED';
CREATE TABLE IF NOT EXISTS decision_replay_flaws (
  audit_row INTEGER NOT NULL, flaw INTEGER NOT NULL, task_id TEXT, PRIMARY KEY (audit_row, flaw)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision_replay_event_flaws (
  event_row INTEGER NOT NULL, flaw INTEGER NOT NULL, task_id TEXT, PRIMARY KEY (event_row, flaw)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision_replay_ids (decision_id TEXT PRIMARY KEY, audit_row INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decision_replay_facts_row ON decision_replay_facts (audit_row);
CREATE INDEX IF NOT EXISTS decision_replay_ids_row ON decision_replay_ids (audit_row);
CREATE TABLE IF NOT EXISTS decision_replay_inbox (event_id TEXT PRIMARY KEY, ts INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision_replay_state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO decision_replay_state (key, value)
  SELECT 'fold_rows', 0 WHERE NOT EXISTS (SELECT 1 FROM decision_replay_state WHERE key = 'fold_high');
INSERT OR IGNORE INTO decision_replay_state (key, value)
  SELECT 'fold_low', coalesce(max(rowid), 0) FROM task_audits;
INSERT OR IGNORE INTO decision_replay_state (key, value)
  SELECT 'fold_high', coalesce(max(rowid), 0) FROM task_audits;
INSERT OR IGNORE INTO decision_replay_state (key, value) VALUES ('epoch', 1), ('clearing', 0);
)";

// ---- Tasks -------------------------------------------------------------------------------------

inline constexpr const char* kTaskById =
    "SELECT rowid AS row, task_id, status, {tasks.title} AS title, {tasks.created_by} AS "
    "created_by, "
    "{tasks.created_at} AS created_at, {tasks.updated_at} AS updated_at FROM tasks WHERE task_id = "
    ":task";
inline constexpr const char* kTasksBelow =
    "SELECT rowid AS row, task_id, status, {tasks.title} AS title, {tasks.created_by} AS "
    "created_by, "
    "{tasks.created_at} AS created_at, {tasks.updated_at} AS updated_at FROM tasks "
    "WHERE rowid < :below ORDER BY rowid DESC LIMIT :limit";
inline constexpr const char* kTasksOfStatusBelow =
    "SELECT rowid AS row, task_id, status, {tasks.title} AS title, {tasks.created_by} AS "
    "created_by, "
    "{tasks.created_at} AS created_at, {tasks.updated_at} AS updated_at FROM tasks "
    "WHERE status = :status COLLATE NOCASE AND rowid < :below ORDER BY rowid DESC LIMIT :limit";
inline constexpr const char* kTaskState =
    "SELECT status, {tasks.metadata} AS metadata FROM tasks WHERE task_id = :task";
inline constexpr const char* kCountDecisions =
    "SELECT count(*) AS n FROM task_audits WHERE task_id = :task "
    "AND event_type > 'SUPERVISOR_' AND event_type < 'SUPERVISOR`'";
inline constexpr const char* kCountDecisionsUpTo =
    "SELECT count(*) AS n FROM (SELECT 1 FROM task_audits WHERE task_id = :task "
    "AND event_type > 'SUPERVISOR_' AND event_type < 'SUPERVISOR`' LIMIT :limit)";
inline constexpr const char* kCountInboxOfTask =
    "SELECT count(*) AS n FROM supervisor_inbox WHERE task_id = :task AND status IN ('pending', "
    "'processing')";
inline constexpr const char* kAuditOfTask =
    "SELECT 1 FROM task_audits WHERE task_id = :task LIMIT 1";
inline constexpr const char* kEventOfTask =
    "SELECT 1 FROM task_events WHERE task_id = :task LIMIT 1";
inline constexpr const char* kInsertTask =
    "INSERT INTO tasks (task_id, status, created_at, updated_at) VALUES (:task, :status, :now, "
    ":now)";
inline constexpr const char* kDescribeTask =
    "UPDATE tasks SET session_id = :session, title = :title, created_by = :by, metadata = "
    ":metadata "
    "WHERE task_id = :task";
inline constexpr const char* kSetTaskStatus =
    "UPDATE tasks SET status = :status, updated_at = :now WHERE task_id = :task";

// ---- Traces ------------------------------------------------------------------------------------
// Rows of one task by the text of created_at, newest first. A registry mixes forms and zones of
// timestamps, so text order is instant order only to within two days: the reader
// (newest_first.cpp) puts it right. Numbers sort before all text, NULL before numbers and blobs
// after text; `:before` is a text, or an empty blob for "no bound".

inline constexpr const char* kAuditTimesOfTask =
    "SELECT rowid AS row, created_at, event_type FROM task_audits "
    "WHERE task_id = :task AND created_at >= '' AND created_at < :before ORDER BY created_at DESC";
inline constexpr const char* kEventTimesOfTask =
    "SELECT rowid AS row, created_at, event_type FROM task_events "
    "WHERE task_id = :task AND created_at >= '' AND created_at < :before ORDER BY created_at DESC";
inline constexpr const char* kNumericAuditTimesOfTask =
    "SELECT rowid AS row, created_at, event_type FROM task_audits WHERE task_id = :task AND "
    "created_at < "
    "''";
inline constexpr const char* kNumericEventTimesOfTask =
    "SELECT rowid AS row, created_at, event_type FROM task_events WHERE task_id = :task AND "
    "created_at < "
    "''";
inline constexpr const char* kAllAuditTimesOfTask =
    "SELECT rowid AS row, created_at, event_type FROM task_audits WHERE task_id = :task";
inline constexpr const char* kAllEventTimesOfTask =
    "SELECT rowid AS row, created_at, event_type FROM task_events WHERE task_id = :task";
inline constexpr const char* kAuditItem =
    "SELECT audit_id AS id, event_type, {task_audits.decision_id} AS decision_id, payload "
    "FROM task_audits WHERE rowid = :row";
inline constexpr const char* kEventItem =
    "SELECT event_id AS id, event_type, NULL AS decision_id, payload FROM task_events WHERE rowid "
    "= :row";
inline constexpr const char* kDecisionById =
    "SELECT task_id, payload FROM task_audits WHERE {task_audits.decision_id} = :id";
inline constexpr const char* kDecisionByPayloadId =
    "SELECT a.task_id AS task_id, a.payload AS payload FROM decision_replay_ids i "
    "JOIN task_audits a ON a.rowid = i.audit_row "
    "WHERE i.decision_id = :id";

// ---- Summaries ---------------------------------------------------------------------------------

inline constexpr const char* kState = "SELECT key, value FROM decision_replay_state";
inline constexpr const char* kSetState =
    "INSERT INTO decision_replay_state (key, value) VALUES (:key, :value) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value";
inline constexpr const char* kDropState = "DELETE FROM decision_replay_state WHERE key = :key";
inline constexpr const char* kProve =
    "INSERT INTO decision_replay_state (key, value) VALUES ('proofs', 1) "
    "ON CONFLICT (key) DO UPDATE SET value = value + 1";
inline constexpr const char* kFirstAuditRow = "SELECT min(rowid) AS row FROM task_audits";
inline constexpr const char* kLastAuditRow = "SELECT max(rowid) AS row FROM task_audits";
inline constexpr const char* kLastEventRow = "SELECT max(rowid) AS row FROM task_events";
inline constexpr const char* kFirstEventRow = "SELECT min(rowid) AS row FROM task_events";
inline constexpr const char* kFirstTaskRow = "SELECT min(rowid) AS row FROM tasks";
inline constexpr const char* kLastTaskRow = "SELECT max(rowid) AS row FROM tasks";
/// Without a condition SQLite counts over the narrowest index.
inline constexpr const char* kCountAudits = "SELECT count(*) AS n FROM task_audits";
inline constexpr const char* kCountEvents = "SELECT count(*) AS n FROM task_events";
inline constexpr const char* kCountAuditsAbove =
    "SELECT count(*) AS n FROM task_audits WHERE rowid > :row";
inline constexpr const char* kCountEventsAbove =
    "SELECT count(*) AS n FROM task_events WHERE rowid > :row";
inline constexpr const char* kAuditAnchor =
    "SELECT task_id, event_type, created_at FROM task_audits WHERE rowid = :row";
inline constexpr const char* kEventAnchor =
    "SELECT task_id, event_type, created_at FROM task_events WHERE rowid = :row";
inline constexpr const char* kHoursFrom =
    "SELECT window_start, decision_types, lag_p50, lag_p95, detail FROM decision_stats_hourly "
    "WHERE window_start >= :start AND detail IS NOT NULL ORDER BY window_start";
inline constexpr const char* kHour =
    "SELECT window_start, decision_types, lag_p50, lag_p95, detail FROM decision_stats_hourly "
    "WHERE window_start = :start AND detail IS NOT NULL";
inline constexpr const char* kPutHour =
    "INSERT INTO decision_stats_hourly (window_start, decision_types, lag_p50, lag_p95, "
    "updated_at, detail) "
    "VALUES (:start, :types, :p50, :p95, :now, :detail) ON CONFLICT (window_start) DO UPDATE SET "
    "decision_types = excluded.decision_types, lag_p50 = excluded.lag_p50, lag_p95 = "
    "excluded.lag_p95, "
    "updated_at = excluded.updated_at, detail = excluded.detail";
inline constexpr const char* kFactsBetween =
    "SELECT at, audit_row, type, lag, lag_from_columns, task_id, reason_code FROM "
    "decision_replay_facts "
    "WHERE at >= :from AND at < :before ORDER BY at, audit_row";
inline constexpr const char* kBlockedFactsFrom =
    "SELECT at, audit_row, type, lag, lag_from_columns, task_id, reason_code FROM "
    "decision_replay_facts "
    "INDEXED BY decision_replay_facts_blocked WHERE type = 'BLOCKED' AND at >= :from ORDER BY at";
inline constexpr const char* kPutFact =
    "INSERT OR REPLACE INTO decision_replay_facts (at, audit_row, type, lag, lag_from_columns, "
    "task_id, reason_code) "
    "VALUES (:at, :row, :type, :lag, :from_columns, :task, :code)";
inline constexpr const char* kPutFlaw =
    "INSERT OR REPLACE INTO decision_replay_flaws (audit_row, flaw, task_id) VALUES (:row, :flaw, "
    ":task)";
/// Where several rows carry one id it is the first one's, in whatever order they are folded.
inline constexpr const char* kPutPayloadId =
    "INSERT INTO decision_replay_ids (decision_id, audit_row) VALUES (:id, :row) "
    "ON CONFLICT (decision_id) DO UPDATE SET audit_row = min(audit_row, excluded.audit_row)";
inline constexpr const char* kAuditsAbove =
    "SELECT rowid AS row, task_id, event_type, created_at, payload, {task_audits.decision_id} AS "
    "decision_id, "
    "{task_audits.source_event_ts} AS source_event_ts, "
    "{task_audits.supervisor_processed_at} AS supervisor_processed_at "
    "FROM task_audits WHERE rowid > :row ORDER BY rowid LIMIT :limit";
inline constexpr const char* kAuditsDownFrom =
    "SELECT rowid AS row, task_id, event_type, created_at, payload, {task_audits.decision_id} AS "
    "decision_id, "
    "{task_audits.source_event_ts} AS source_event_ts, "
    "{task_audits.supervisor_processed_at} AS supervisor_processed_at "
    "FROM task_audits WHERE rowid <= :row ORDER BY rowid DESC LIMIT :limit";
/// Events as audits: a column that they do not have is NULL.
inline constexpr const char* kEventsAbove =
    "SELECT rowid AS row, task_id, event_type, created_at, payload, NULL AS decision_id, NULL AS "
    "source_event_ts, NULL AS supervisor_processed_at "
    "FROM task_events WHERE rowid > :row ORDER BY rowid LIMIT :limit";
inline constexpr const char* kEventsDownFrom =
    "SELECT rowid AS row, task_id, event_type, created_at, payload, NULL AS decision_id, NULL AS "
    "source_event_ts, NULL AS supervisor_processed_at "
    "FROM task_events WHERE rowid <= :row ORDER BY rowid DESC LIMIT :limit";
inline constexpr const char* kFactsOfRows =
    "SELECT at, audit_row, type, lag, lag_from_columns, task_id, reason_code FROM "
    "decision_replay_facts INDEXED BY decision_replay_facts_row WHERE audit_row > :row "
    "ORDER BY audit_row, at LIMIT :limit";
inline constexpr const char* kFlawsOfRows =
    "SELECT audit_row AS row, flaw, task_id FROM decision_replay_flaws WHERE audit_row > :row "
    "ORDER BY audit_row, flaw LIMIT :limit";
inline constexpr const char* kIdsOfRows =
    "SELECT decision_id, audit_row FROM decision_replay_ids INDEXED BY decision_replay_ids_row "
    "WHERE audit_row > :row ORDER BY audit_row LIMIT :limit";
inline constexpr const char* kRowOfPayloadId =
    "SELECT audit_row FROM decision_replay_ids WHERE decision_id = :id";
inline constexpr const char* kFirstFactFrom =
    "SELECT at FROM decision_replay_facts WHERE at >= :from ORDER BY at LIMIT 1";
inline constexpr const char* kRemoveFact =
    "DELETE FROM decision_replay_facts WHERE at = :at AND audit_row = :row";
inline constexpr const char* kRemoveFlaw =
    "DELETE FROM decision_replay_flaws WHERE audit_row = :row AND flaw = :flaw";
inline constexpr const char* kRemovePayloadId =
    "DELETE FROM decision_replay_ids WHERE decision_id = :id AND audit_row = :row";
inline constexpr const char* kRemoveHour =
    "DELETE FROM decision_stats_hourly WHERE window_start = :start";
inline constexpr const char* kPutEventFlaw =
    "INSERT OR REPLACE INTO decision_replay_event_flaws (event_row, flaw, task_id) "
    "VALUES (:row, :flaw, :task)";
inline constexpr const char* kRemoveEventFlaws =
    "DELETE FROM decision_replay_event_flaws WHERE event_row > :above AND event_row <= :upto";
inline constexpr const char* kDecisionIdOfRow =
    "SELECT {task_audits.decision_id} AS decision_id, payload FROM task_audits WHERE rowid = :row";
inline constexpr const char* kClearFacts =
    "DELETE FROM decision_replay_facts WHERE (at, audit_row) IN "
    "(SELECT at, audit_row FROM decision_replay_facts LIMIT :limit)";
inline constexpr const char* kClearHours =
    "DELETE FROM decision_stats_hourly WHERE rowid IN (SELECT rowid FROM decision_stats_hourly "
    "LIMIT :limit)";
inline constexpr const char* kClearFlaws =
    "DELETE FROM decision_replay_flaws WHERE (audit_row, flaw) IN "
    "(SELECT audit_row, flaw FROM decision_replay_flaws LIMIT :limit)";
inline constexpr const char* kClearPayloadIds =
    "DELETE FROM decision_replay_ids WHERE decision_id IN (SELECT decision_id FROM "
    "decision_replay_ids LIMIT :limit)";

// ---- Inbox -------------------------------------------------------------------------------------

inline constexpr const char* kCountPendingUpTo =
    "SELECT count(*) AS n FROM (SELECT 1 FROM supervisor_inbox WHERE status = 'pending' LIMIT "
    ":limit)";
inline constexpr const char* kInsertInbox =
    "INSERT OR IGNORE INTO supervisor_inbox (event_id, task_id, event_type, source, payload, "
    "received_at, "
    "processed_at, status, error_message, retry_count) "
    "VALUES (:event, :task, :type, :source, :payload, :now, :processed, :status, :error, 0)";
inline constexpr const char* kPutEventTime =
    "INSERT OR REPLACE INTO decision_replay_inbox (event_id, ts) VALUES (:event, :ts)";
inline constexpr const char* kDropEventTime =
    "DELETE FROM decision_replay_inbox WHERE event_id = :event";
/// Ids alone, so that whatever index SQLite takes, it sorts no payloads.
inline constexpr const char* kPendingAbove =
    "SELECT rowid AS row, task_id FROM supervisor_inbox WHERE status = 'pending' AND rowid > "
    ":above "
    "ORDER BY rowid";
inline constexpr const char* kPendingRow =
    "SELECT i.rowid AS row, i.event_id AS event_id, i.task_id AS task_id, i.event_type AS "
    "event_type, "
    "i.source AS source, i.payload AS payload, i.received_at AS received_at, i.retry_count AS "
    "retry_count, "
    "o.ts AS ts FROM supervisor_inbox i LEFT JOIN decision_replay_inbox o ON o.event_id = "
    "i.event_id WHERE i.rowid = :row";
inline constexpr const char* kNewestEvents =
    "SELECT i.rowid AS row, i.event_id AS event_id, i.task_id AS task_id, i.event_type AS "
    "event_type, "
    "i.source AS source, i.payload AS payload, i.received_at AS received_at, i.retry_count AS "
    "retry_count, "
    "o.ts AS ts FROM supervisor_inbox i LEFT JOIN decision_replay_inbox o ON o.event_id = "
    "i.event_id "
    "ORDER BY i.rowid DESC LIMIT :limit";
inline constexpr const char* kInboxByStatus =
    "SELECT status, count(*) AS n FROM supervisor_inbox GROUP BY status";
inline constexpr const char* kOldestPending =
    "SELECT received_at FROM supervisor_inbox WHERE status = 'pending' ORDER BY rowid LIMIT 1";
inline constexpr const char* kKnowsEvent = "SELECT 1 FROM supervisor_inbox WHERE event_id = :event";
/// The event by its id as it was read: other writers' ids may be NULL or blobs, which equal no
/// text.
inline constexpr const char* kCompleteEvent =
    "UPDATE supervisor_inbox SET status = 'completed', processed_at = :now, error_message = NULL "
    "WHERE rowid = :row AND coalesce(CAST(event_id AS TEXT), '') = :event AND status = 'pending'";
inline constexpr const char* kFailRow =
    "UPDATE supervisor_inbox SET status = 'failed', processed_at = :now, error_message = :error "
    "WHERE rowid = :row AND coalesce(CAST(event_id AS TEXT), '') = :event AND status = 'pending'";
inline constexpr const char* kCountAttempt =
    "UPDATE supervisor_inbox SET status = :status, retry_count = :attempt, error_message = :error, "
    "processed_at = :now WHERE rowid = :row AND coalesce(CAST(event_id AS TEXT), '') = :event AND "
    "status = 'pending'";
inline constexpr const char* kProcessingRows =
    "SELECT rowid AS row, received_at, processed_at FROM supervisor_inbox WHERE status = "
    "'processing'";
inline constexpr const char* kRevive =
    "UPDATE supervisor_inbox SET status = 'pending', error_message = NULL "
    "WHERE rowid = :row AND status = 'processing'";
inline constexpr const char* kCompletedRows =
    "SELECT rowid AS row, received_at, processed_at FROM supervisor_inbox WHERE status = "
    "'completed' "
    "ORDER BY rowid LIMIT :limit";
inline constexpr const char* kRemoveCompleted =
    "DELETE FROM supervisor_inbox WHERE rowid = :row AND status = 'completed'";
inline constexpr const char* kFollowAudits =
    "SELECT rowid AS row, task_id, event_type, created_at, payload FROM task_audits WHERE rowid > "
    ":above "
    "ORDER BY rowid LIMIT :limit";
inline constexpr const char* kFollowEvents =
    "SELECT rowid AS row, task_id, event_type, created_at, payload FROM task_events WHERE rowid > "
    ":above "
    "ORDER BY rowid LIMIT :limit";
/// Walks an index on created_at alone: where that is a descending one, rows of the same time are
/// sorted, and should be narrow then. The plus sign keeps SQLite from walking row ids instead.
/// `:before` as for traces.
inline constexpr const char* kAuditsByTime =
    "SELECT rowid AS row, created_at FROM task_audits "
    "WHERE (created_at, rowid) > (:at, :row) AND created_at < :before AND +rowid <= :upto "
    "ORDER BY created_at, rowid";
inline constexpr const char* kEventsByTime =
    "SELECT rowid AS row, created_at FROM task_events "
    "WHERE (created_at, rowid) > (:at, :row) AND created_at < :before AND +rowid <= :upto "
    "ORDER BY created_at, rowid";
inline constexpr const char* kAuditsByRow =
    "SELECT rowid AS row, created_at FROM task_audits WHERE rowid > :row AND rowid <= :upto "
    "ORDER BY rowid";
inline constexpr const char* kEventsByRow =
    "SELECT rowid AS row, created_at FROM task_events WHERE rowid > :row AND rowid <= :upto "
    "ORDER BY rowid";
inline constexpr const char* kFollowAudit =
    "SELECT rowid AS row, task_id, event_type, created_at, payload FROM task_audits WHERE rowid = "
    ":row";
inline constexpr const char* kFollowEvent =
    "SELECT rowid AS row, task_id, event_type, created_at, payload FROM task_events WHERE rowid = "
    ":row";
inline constexpr const char* kInboxEvent =
    "SELECT i.task_id AS task_id, i.event_type AS event_type, i.received_at AS received_at, "
    "o.ts AS ts "
    "FROM supervisor_inbox i LEFT JOIN decision_replay_inbox o ON o.event_id = i.event_id "
    "WHERE i.event_id = :event";
inline constexpr const char* kFollowPosition =
    "SELECT last_seen_id FROM supervisor_checkpoint WHERE source_table = :source";
inline constexpr const char* kSetFollowPosition =
    "INSERT INTO supervisor_checkpoint (source_table, last_seen_id, last_seen_ts, updated_at) "
    "VALUES (:source, :row, :now, :now) ON CONFLICT (source_table) DO UPDATE SET "
    "last_seen_id = excluded.last_seen_id, last_seen_ts = excluded.last_seen_ts, updated_at = "
    "excluded.updated_at";

// ---- Decisions ---------------------------------------------------------------------------------

inline constexpr const char* kInsertDecision =
    "INSERT INTO task_audits (task_id, level, event_type, payload, created_at, decision_id, "
    "source_event_ts, "
    "supervisor_processed_at) VALUES (:task, :level, :type, :payload, :now, :decision, :source_ts, "
    ":now)";
inline constexpr const char* kInsertAudit =
    "INSERT INTO task_audits (task_id, level, event_type, payload, created_at) "
    "VALUES (:task, :level, :type, :payload, :now)";
/// For registries whose audit_id is a text key.
inline constexpr const char* kInsertDecisionWithKey =
    "INSERT INTO task_audits (audit_id, task_id, level, event_type, payload, created_at, "
    "decision_id, "
    "source_event_ts, supervisor_processed_at) "
    "VALUES (:key, :task, :level, :type, :payload, :now, :decision, :source_ts, :now)";
inline constexpr const char* kInsertAuditWithKey =
    "INSERT INTO task_audits (audit_id, task_id, level, event_type, payload, created_at) "
    "VALUES (:key, :task, :level, :type, :payload, :now)";

// ---- Integrity ---------------------------------------------------------------------------------

/// Walks the distinct task ids by index (a loose index scan), so that the cost follows tasks, not
/// audits.
inline constexpr const char* kOrphanedAudits =
    "WITH RECURSIVE ids (id) AS ("
    "  SELECT min(task_id) FROM task_audits"
    "  UNION ALL"
    "  SELECT (SELECT min(task_id) FROM task_audits WHERE task_id > ids.id) FROM ids WHERE ids.id "
    "IS NOT NULL) "
    "SELECT coalesce(sum((SELECT count(*) FROM task_audits a WHERE a.task_id = ids.id)), 0) AS n "
    "FROM ids "
    "WHERE ids.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.task_id = ids.id)";
/// The same where no index leads by task id: once through the table instead of once for each task.
inline constexpr const char* kOrphanedAuditsByScan =
    "SELECT count(*) AS n FROM task_audits a "
    "WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.task_id = a.task_id)";
inline constexpr const char* kCountFlaws =
    "SELECT flaw, count(*) AS n FROM decision_replay_flaws f "
    "WHERE EXISTS (SELECT 1 FROM task_audits a WHERE a.rowid = f.audit_row) GROUP BY flaw";
inline constexpr const char* kCountEventFlaws =
    "SELECT flaw, count(*) AS n FROM decision_replay_event_flaws f "
    "WHERE EXISTS (SELECT 1 FROM task_events a WHERE a.rowid = f.event_row) GROUP BY flaw";
inline constexpr const char* kFlawedAudits =
    "SELECT audit_row AS row, flaw, task_id FROM decision_replay_flaws f WHERE flaw = :flaw AND "
    "EXISTS (SELECT 1 FROM task_audits a WHERE a.rowid = f.audit_row) LIMIT :limit";
inline constexpr const char* kFlawedEvents =
    "SELECT event_row AS row, flaw, task_id FROM decision_replay_event_flaws f WHERE flaw = :flaw "
    "AND EXISTS (SELECT 1 FROM task_events a WHERE a.rowid = f.event_row) LIMIT :limit";
inline constexpr const char* kCountStatus =
    "SELECT count(*) AS n FROM tasks WHERE status = :status COLLATE NOCASE";
inline constexpr const char* kDatabaseBytes =
    "SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size";

}  // namespace replay::registry::sql
