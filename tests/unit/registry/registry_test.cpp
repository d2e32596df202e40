#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "registry/schema.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v14_tables;
using testing::v24_tables;

std::string index_names(TempRegistry& registry) {
  return registry.ask(
      "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE type = 'index' AND "
      "name LIKE 'idx%' ORDER BY name)");
}

TEST(Registry, CreatesWhatIsMissingWithTheRunbooksTablesAndIndexes) {
  TempRegistry registry;
  registry.open();
  for (const char* table : {"tasks", "task_audits", "task_events", "supervisor_inbox",
                            "supervisor_checkpoint", "decision_stats_hourly"}) {
    EXPECT_EQ(registry.count("SELECT count(*) FROM sqlite_master WHERE name = '" +
                             std::string(table) + "'"),
              1)
        << table;
  }
  EXPECT_EQ(registry.ask("PRAGMA journal_mode"), "wal");
  for (const char* index :
       {"idx_task_audits_task_id", "idx_task_audits_decision_id", "idx_task_audits_created_at",
        "idx_task_audits_event_type", "idx_task_events_task_id", "idx_task_events_created_at",
        "idx_supervisor_inbox_task_id", "idx_supervisor_inbox_status"}) {
    EXPECT_NE(index_names(registry).find(index), std::string::npos) << index;
  }
}

TEST(Registry, AdoptsAnOldGenerationWithoutTouchingItsTables) {
  TempRegistry registry;
  registry.exec(v14_tables());
  const std::string before =
      registry.ask("SELECT sql FROM sqlite_master WHERE name = 'task_audits'");
  registry.open();
  EXPECT_EQ(registry.registry().schema().generation(), "v14");
  EXPECT_EQ(registry.ask("SELECT sql FROM sqlite_master WHERE name = 'task_audits'"), before);
  EXPECT_EQ(registry.count("SELECT count(*) FROM sqlite_master WHERE name = 'task_events'"), 0);
}

TEST(Registry, RecognisesATextAuditKey) {
  TempRegistry registry;
  registry.exec(v24_tables("TEXT PRIMARY KEY"));
  EXPECT_TRUE(registry.open().schema().audit_id_is_text());
}

TEST(Registry, LeavesIndexesAloneWhereAskedTo) {
  TempRegistry registry;
  registry.exec(v24_tables());
  const std::string before = index_names(registry);
  registry.open(/*manage_indexes=*/false);
  EXPECT_EQ(index_names(registry), before);
}

TEST(Registry, AddsNoIndexWhereOneOfTheSameLeadingColumnsServes) {
  TempRegistry registry;
  registry.exec(v24_tables() + "CREATE INDEX theirs ON task_audits(event_type, created_at DESC);");
  registry.open();
  EXPECT_EQ(index_names(registry).find("idx_task_audits_event_type"), std::string::npos);
}

TEST(Registry, APartialIndexServesNobodyElse) {
  TempRegistry registry;
  registry.exec(v24_tables() +
                "CREATE INDEX theirs ON task_audits(event_type) WHERE event_type = 'x';");
  registry.open();
  EXPECT_NE(index_names(registry).find("idx_task_audits_event_type"), std::string::npos);
}

TEST(Registry, ExtendsTheRunbooksOwnSummaryTable) {
  TempRegistry registry;
  registry.exec(v24_tables() +
                "CREATE TABLE decision_stats_hourly (window_start TEXT PRIMARY KEY, decision_types "
                "TEXT, lag_p50 REAL, "
                "lag_p95 REAL, updated_at TEXT);");
  registry.open();
  EXPECT_EQ(
      registry.count(
          "SELECT count(*) FROM pragma_table_info('decision_stats_hourly') WHERE name = 'detail'"),
      1);
}

TEST(Registry, RefusesADatabaseThatIsNoRegistry) {
  TempRegistry registry;
  registry.exec("CREATE TABLE something_else (x)");
  try {
    registry.open();
    FAIL() << "adopted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_NE(std::string(error.what()).find("no AgentOS registry"), std::string::npos);
  }
}

TEST(Registry, RefusesAFileThatIsNoDatabase) {
  TempRegistry registry;
  std::ofstream(registry.path()) << std::string(4096, 'x');
  EXPECT_THROW(registry.open(), Error);
}

TEST(Registry, LeavesNoWalBehind) {
  TempRegistry registry;
  registry.open();
  registry.close();
  EXPECT_FALSE(std::filesystem::exists(registry.path().string() + "-wal"));
}

TEST(Registry, WritesNothingWhereNothingIsMissing) {
  TempRegistry registry;
  registry.exec(v24_tables());
  registry.open();
  registry.close();
  const std::string before = registry.ask("PRAGMA data_version");
  registry.open();
  registry.close();
  EXPECT_EQ(registry.ask("PRAGMA data_version"), before);
}

TEST(Registry, MakesWhatIsMissingOfItsOwnTables) {
  TempRegistry registry;
  registry.open();
  registry.close();
  for (const char* lost :
       {"DELETE FROM decision_replay_state WHERE key = 'fold_low'",
        "DROP TABLE decision_replay_flaws", "DROP INDEX decision_replay_facts_blocked",
        "ALTER TABLE decision_stats_hourly DROP COLUMN detail"}) {
    registry.exec(lost);
    EXPECT_FALSE(Schema::has_own_tables(registry.foreign())) << lost;
    registry.open();
    EXPECT_TRUE(Schema::has_own_tables(registry.foreign())) << lost;
  }
}

TEST(Registry, OpensAgainWhatItMade) {
  TempRegistry registry;
  registry.open();
  registry.exec("INSERT INTO tasks (task_id, status) VALUES ('t', 'BLOCKED')");
  registry.open();
  EXPECT_EQ(registry.registry().reads().read_now(
                [](const ReadView& view) { return view.sizes().blocked_tasks; }),
            1U);
}

}  // namespace
}  // namespace replay::registry
