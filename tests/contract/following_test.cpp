#include <chrono>
#include <cstdlib>
#include <iostream>
#include <utility>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time.h"
#include "tests/support/every_route.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

std::string now() { return format_instant(SystemClock().now()); }

constexpr auto kDecisions =
    "SELECT count(*) FROM task_audits WHERE substr(event_type, 1, 11) = 'SUPERVISOR_'";

/// A daemon beside an AgentOS that has task-1, running.
class Following : public ::testing::Test {
 protected:
  explicit Following(const std::string& config = {}, const RegistryShape& shape = {}) {
    create_agentos_tables(directory_.file("registry.sqlite"), shape);
    agentos_ = std::make_unique<ForeignWriter>(directory_.file("registry.sqlite"));
    agentos_->task("task-1");
    daemon_ = std::make_unique<TestDaemon>(DaemonOptions{
        .registry = directory_.file("registry.sqlite"), .config = config, .flags = {}});
  }

  void wait_for_decisions(std::int64_t count) {
    wait_until(std::to_string(count) + " decisions",
               [&] { return agentos_->number(kDecisions) >= count; });
  }
  std::string inbox(const std::string& column, const std::string& event_id) {
    return agentos_->text("SELECT " + column + " FROM supervisor_inbox WHERE event_id = '" +
                          event_id + "'");
  }
  bool in_inbox(const std::string& event_id) {
    return agentos_->number("SELECT count(*) FROM supervisor_inbox WHERE event_id = '" + event_id +
                            "'") == 1;
  }

  TempDir directory_;
  std::unique_ptr<ForeignWriter> agentos_;
  std::unique_ptr<TestDaemon> daemon_;
};

TEST_F(Following, AForeignAuditIsDecidedOnceUnderItsTableAndRow) {
  const auto row = agentos_->audit("task-1", "TASK_STEP_COMPLETED", "{}", now());
  wait_for_decisions(1);
  const std::string id = "polling_task_audits_" + std::to_string(row);
  EXPECT_EQ(inbox("source || ' ' || status", id), "polling completed");
  const json::value trace = daemon_->ask("/tasks/task-1/decision-trace");
  EXPECT_EQ(text_at(trace, "/trace_items/0/decision_snapshot/event/event_id"), id);
  EXPECT_EQ(text_at(trace, "/trace_items/0/decision_snapshot/event/source"), "polling");
}

TEST_F(Following, AForeignTaskEventIsDecidedUnderItsTableAndRow) {
  const auto row = agentos_->task_event("task-1", "TASK_FAILED", R"({"error": "timeout"})", now());
  wait_for_decisions(1);
  EXPECT_EQ(inbox("status", "polling_task_events_" + std::to_string(row)), "completed");
}

TEST_F(Following, ThePayloadsOwnEventIdWins) {
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": "evt-own"})", now());
  wait_for_decisions(1);
  EXPECT_EQ(inbox("source", "evt-own"), "polling");
}

TEST_F(Following, AnEventThatComesBothWaysIsDecidedOnce) {
  daemon_->decide(event("evt-1", "task-1", "TASK_STEP_COMPLETED"));
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": "evt-1"})", now());
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": "evt-2"})", now());
  wait_until("evt-2 to be decided",
             [&] { return in_inbox("evt-2") && inbox("status", "evt-2") == "completed"; });
  EXPECT_EQ(int_at(daemon_->send(event("evt-2", "task-1", "TASK_STEP_COMPLETED")).to_json(),
                   "/duplicates"),
            1);
  EXPECT_EQ(agentos_->number(kDecisions), 2);
}

TEST_F(Following, OtherTypesAndDecisionsAreNotFollowed) {
  agentos_->audit("task-1", "SUPERVISOR_ALLOWED", "{}", now());
  agentos_->audit("task-1", "plan_approved", "{}", now());
  agentos_->audit("task-1", "TASK_CREATED", R"({"event_id": "evt-last"})", now());
  wait_until("the last one to be decided", [&] { return in_inbox("evt-last"); });
  EXPECT_EQ(agentos_->number("SELECT count(*) FROM supervisor_inbox"), 1);
}

TEST_F(Following, ARowOfAnUnknownTaskEndsAsFailed) {
  const auto row = agentos_->audit("task-gone", "TASK_FAILED", "{}", now());
  const std::string id = "polling_task_audits_" + std::to_string(row);
  wait_until("the row to fail", [&] { return in_inbox(id) && inbox("status", id) == "failed"; });
  EXPECT_NE(inbox("error_message", id).find("unknown task"), std::string::npos);
  EXPECT_EQ(agentos_->number(kDecisions), 0);
}

TEST_F(Following, APayloadThatIsNoJsonIsDecidedLikeAnyOther) {
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", "Traceback: disk full", now());
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", "[1, 2]", "not-a-time");
  wait_for_decisions(2);
  EXPECT_EQ(daemon_->api("/tasks/task-1/decision-trace").status, 200);
}

TEST_F(Following, RowsWrittenWhileTheDaemonWasAwayAreDecidedAtItsReturn) {
  daemon_->stop();
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": "evt-away"})", now());
  daemon_->start();
  wait_for_decisions(1);
  EXPECT_EQ(inbox("status", "evt-away"), "completed");
}

TEST_F(Following, PendingRowsThatAgentOsItselfWroteAreDecided) {
  agentos_->pending("evt-agentos", "task-1", "TASK_STEP_COMPLETED", "{}");
  wait_for_decisions(1);
  EXPECT_EQ(inbox("status", "evt-agentos"), "completed");
  EXPECT_EQ(text_at(daemon_->ask("/tasks/task-1/decision-trace"),
                    "/trace_items/0/decision_snapshot/event/source"),
            "eventbus");
}

TEST_F(Following, NoRowOfAnotherProcessIsRewritten) {
  const auto row = agentos_->audit("task-1", "TASK_STEP_COMPLETED", "{}", "2026-01-28 10:30:00");
  const std::string all_of_it =
      "SELECT quote(task_id) || quote(repo_id) || quote(level) || "
      "quote(event_type) || quote(payload) || quote(created_at) || "
      "quote(decision_id) || quote(source_event_ts) FROM task_audits "
      "WHERE audit_id = " +
      std::to_string(row);
  const std::string before = agentos_->text(all_of_it);
  wait_for_decisions(1);
  EXPECT_EQ(agentos_->text(all_of_it), before);
}

TEST_F(Following, ARowLeftProcessingBecomesPendingAgainAndIsDecided) {
  daemon_->stop();
  agentos_->run(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, received_at, "
      "status) VALUES ('evt-dead', 'task-1', 'TASK_STEP_COMPLETED', 'eventbus', '{}', "
      "'2026-01-28 10:30:00', 'processing')");
  daemon_->start();
  wait_for_decisions(1);
  EXPECT_EQ(inbox("status", "evt-dead"), "completed");
}

TEST_F(Following, ARowBeingProcessedNowIsLeftAlone) {
  agentos_->run(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, status) "
      "VALUES "
      "('evt-theirs', 'task-1', 'TASK_STEP_COMPLETED', 'eventbus', '{}', 'processing')");
  agentos_->pending("evt-ours", "task-1", "TASK_STEP_COMPLETED", "{}");
  wait_for_decisions(1);
  EXPECT_EQ(inbox("status", "evt-theirs"), "processing");
}

TEST_F(Following, ARowWithALowerIdThanTheLastIsDecidedOnce) {
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", "{}", now());
  wait_for_decisions(1);
  agentos_->run(
      "INSERT INTO task_audits (audit_id, task_id, event_type, created_at) VALUES (-5, 'task-1', "
      "'TASK_STEP_COMPLETED', ?)",
      now());
  wait_for_decisions(2);
  daemon_->stop();
  daemon_->start();
  daemon_->decide(event("evt-last", "task-1", "TASK_STEP_COMPLETED"));
  EXPECT_EQ(agentos_->number(kDecisions), 3);
}

TEST_F(Following, AWeekOfRowsAndDeletedTasksIsCaughtUp) {
  agentos_->task("task-2");
  for (int i = 0; i < 20; ++i) agentos_->audit("task-2", "TASK_STEP_COMPLETED", "{}", now());
  wait_for_decisions(20);
  daemon_->stop();
  const std::string last_week = format_instant(SystemClock().now() - std::chrono::days{7});
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": "evt-old"})", last_week);
  agentos_->task_event("task-1", "TASK_FAILED", R"({"event_id": "evt-failed"})", last_week);
  agentos_->run("DELETE FROM supervisor_inbox WHERE task_id = 'task-2'");
  agentos_->script("PRAGMA foreign_keys = ON; DELETE FROM tasks WHERE task_id = 'task-2'");
  EXPECT_EQ(agentos_->number(kDecisions), 0);
  agentos_->audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": "evt-young"})", now());
  daemon_->start();
  wait_for_decisions(3);
  for (const char* id : {"evt-old", "evt-failed", "evt-young"})
    EXPECT_EQ(inbox("status", id), "completed") << id;
  EXPECT_EQ(agentos_->number(kDecisions), 3);
}

/// In the suite a part of what is asked for as REPLAY_FOLLOW_ROWS.
TEST_F(Following, OneTransactionOfManyRowsIsDecidedWholeWhileOthersAreServed) {
  const char* asked = std::getenv("REPLAY_FOLLOW_ROWS");
  const std::int64_t rows = asked == nullptr ? 2'000 : std::atoll(asked);
  for (int i = 0; i < 50; ++i) agentos_->task("many-" + std::to_string(i));
  const auto begin = std::chrono::steady_clock::now();
  agentos_->run(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
      "INSERT INTO task_audits (task_id, event_type, payload, created_at) "
      "SELECT 'many-' || (i % 50), 'TASK_STEP_COMPLETED', '{}', ? FROM n",
      rows, now());
  const auto committed = std::chrono::steady_clock::now();
  daemon_->decide(event("evt-other", "task-1", "TASK_STEP_COMPLETED"));
  const auto other = std::chrono::steady_clock::now();
  wait_until(
      "all of them to be decided",
      [&] { return agentos_->number("SELECT max(audit_id) FROM task_audits") == 2 * rows + 1; },
      std::chrono::minutes{5});
  EXPECT_EQ(agentos_->number(kDecisions), rows + 1);
  EXPECT_EQ(agentos_->number("SELECT count(DISTINCT decision_id) FROM task_audits"), rows + 1);
  const auto seconds = [](auto length) { return std::chrono::duration<double>(length).count(); };
  std::cout << rows << " rows inserted in " << seconds(committed - begin)
            << " s, an event sent then decided in " << seconds(other - committed)
            << " s, all decided in " << seconds(std::chrono::steady_clock::now() - committed)
            << " s\n";
}

/// What AgentOS writes in a while, the same each time.
void foreign_session(ForeignWriter& agentos, const RegistryShape& shape) {
  const std::string when = "2026-01-28 10:30:00";
  for (const char* id : {"task-a", "task-b"}) {
    agentos.run(
        "INSERT INTO tasks (task_id, status, created_at, updated_at) VALUES (?, 'running', "
        "?, ?)",
        id, when, when);
  }
  for (int i = 0; i < 20; ++i) {
    agentos.audit("task-a", "TASK_STEP_COMPLETED", "{}", when);
    agentos.audit("task-b", i % 2 == 0 ? "SUPERVISOR_BLOCKED" : "TASK_FAILED", "no json", when);
    if (!shape.v14) agentos.task_event("task-a", "TASK_CREATED", "{}", when);
    agentos.run(
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, "
        "received_at, status) VALUES (?, 'task-a', 'TASK_FAILED', 'eventbus', '{}', ?, ?)",
        "evt-" + std::to_string(i), when,
        i % 3 == 0   ? "pending"
        : i % 3 == 1 ? "processing"
                     : "completed");
  }
  agentos.run("UPDATE tasks SET status = 'blocked' WHERE task_id = 'task-b'");
  // Their trigger stamps its audit with the time of day.
  agentos.run("UPDATE task_audits SET created_at = ? WHERE event_type = 'TASK_BLOCKED'", when);
  agentos.run("DELETE FROM task_audits WHERE audit_id = 7");
  agentos.run(
      "INSERT INTO task_audits (audit_id, task_id, event_type, created_at) VALUES (-7, "
      "'task-a', 'TASK_FAILED', ?)",
      when);
}

/// Schema and rows of all that is not the daemon's own, without indexes, which it may add.
std::string foreign_contents(const std::filesystem::path& path) {
  constexpr auto kForeign =
      "SELECT name, sql FROM sqlite_master WHERE type <> 'index' AND tbl_name NOT LIKE "
      "'decision\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
  ForeignWriter registry(path);
  std::string all;
  for (const auto& object : registry.rows(kForeign)) {
    all += *object[0] + ": " + object[1].value_or("") + "\n";
    if (!object[1]->starts_with("CREATE TABLE")) continue;
    for (const auto& row : registry.rows("SELECT rowid, * FROM \"" + *object[0] + "\"")) {
      for (const auto& value : row) all += value.value_or("NULL") + "|";
      all += "\n";
    }
  }
  return all;
}

class Houses : public ::testing::TestWithParam<std::pair<const char*, RegistryShape>> {
 protected:
  [[nodiscard]] static RegistryShape shape() { return GetParam().second; }
  TempDir directory_;
};

TEST_P(Houses, WithTheSupervisorOffNothingButOurOwnTablesIsWritten) {
  const auto alone = directory_.file("alone.sqlite");
  const auto visited = directory_.file("visited.sqlite");
  for (const auto& path : {alone, visited}) create_agentos_tables(path, shape());
  ForeignWriter undisturbed(alone);
  foreign_session(undisturbed, shape());

  TestDaemon daemon(
      {.registry = visited, .config = "supervisor:\n  enabled: false\n", .flags = {}});
  ForeignWriter agentos(visited);
  foreign_session(agentos, shape());
  for (const std::string& target : every_get({"task-a", "task-b"}, {"dec-1"}))
    EXPECT_LT(daemon.get(target).status, 500U) << target;
  wait_until("the foreign decisions to be summarised", [&] {
    return int_at(daemon.ask("/stats/decision-types?window=90d"), "/total") >= 0 &&
           int_at(daemon.ask("/integrity"), "/summary/rows_behind") == 0;
  });
  daemon.stop();
  EXPECT_EQ(foreign_contents(visited), foreign_contents(alone));
}

TEST_P(Houses, ForeignAndSentEventsAreDecidedAndNoForeignRowIsTouched) {
  const auto path = directory_.file("registry.sqlite");
  create_agentos_tables(path, shape());
  ForeignWriter agentos(path);
  agentos.script("PRAGMA foreign_keys = ON");
  agentos.task("task-1");
  TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  const auto insert = [&](const std::string& key, const std::string& type, const std::string& id,
                          const std::string& payload = "") {
    agentos.run("INSERT INTO task_audits (" + std::string(key.empty() ? "" : "audit_id, ") +
                    "task_id, event_type, payload) VALUES (" +
                    (key.empty() ? "" : "'" + key + "', ") + "'task-1', ?, ?)",
                type, "{\"event_id\": \"" + id + "\"" + payload + "}");
  };
  insert(shape().text_audit_ids ? "key-1" : "", "TASK_STEP_COMPLETED", "evt-1");
  insert(shape().text_audit_ids ? "key-2" : "", "TASK_FAILED", "evt-2",
         R"(, "error_type": "permission_denied")");
  const auto foreign_rows = [&] {
    return agentos.rows(
        "SELECT audit_id, task_id, level, event_type, payload, created_at FROM task_audits WHERE "
        "substr(event_type, 1, 11) <> 'SUPERVISOR_' AND event_type <> 'TASK_BLOCKED'");
  };
  const auto before = foreign_rows();
  wait_until("both to be decided", [&] { return agentos.number(kDecisions) == 2; });
  daemon.decide(event("evt-3", "task-1", "TASK_STEP_COMPLETED"));
  EXPECT_EQ(agentos.text("SELECT status FROM tasks"), "blocked") << "in the letter case it found";
  EXPECT_EQ(foreign_rows(), before);
  EXPECT_EQ(int_at(daemon.ask("/tasks/task-1/summary"), "/decision_count"), 3);
}

INSTANTIATE_TEST_SUITE_P(
    Every, Houses,
    ::testing::Values(std::pair{"V24", RegistryShape{}},
                      std::pair{"V14", RegistryShape{.v14 = true}},
                      std::pair{"TextKeys", RegistryShape{.text_audit_ids = true}},
                      std::pair{"Triggers", RegistryShape{.triggers = true}},
                      std::pair{"NoIndexes", RegistryShape{.upstream_indexes = false}}),
    [](const auto& house) { return house.param.first; });

TEST(Adoption, NoRowFromBeforeItIsDecided) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.audits = 500});
  ForeignWriter agentos(path);
  agentos.run(
      "INSERT INTO supervisor_checkpoint (source_table, last_seen_id, last_seen_ts) VALUES "
      "('task_audits', 500, '2026-01-28 10:30:00')");
  const std::int64_t decisions = agentos.number(kDecisions);
  TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  daemon.settle();
  agentos.audit("task-0", "TASK_STEP_COMPLETED", R"({"event_id": "evt-new"})", now());
  wait_until("the new row to be decided", [&] { return agentos.number(kDecisions) > decisions; });
  EXPECT_EQ(agentos.number(kDecisions), decisions + 1);
}

TEST(Adoption, WorksOnARegistryOfVersionFourteen) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.v14 = true, .audits = 500});
  ForeignWriter agentos(path);
  TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  const json::value answer = daemon.decide(event("evt-1", "task-1", "TASK_STEP_COMPLETED"));
  const std::string id = text_at(answer, "/decisions/0/decision_id");
  EXPECT_EQ(text_at(daemon.ask("/decisions/" + id), "/decision_snapshot/decision_id"), id);
  EXPECT_EQ(agentos.number("SELECT count(*) FROM pragma_table_info('task_audits')"), 6);
}

TEST(Adoption, WorksWithTextAuditIds) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.text_audit_ids = true, .audits = 500});
  TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  ForeignWriter agentos(path);
  daemon.decide(event("evt-1", "task-1", "TASK_STEP_COMPLETED"));
  agentos.run(
      "INSERT INTO task_audits (audit_id, task_id, event_type, payload) VALUES ('aud-own', "
      "'task-1', "
      "'TASK_STEP_COMPLETED', '{\"event_id\": \"evt-2\"}')");
  wait_until("the foreign row to be decided", [&] {
    return agentos.number("SELECT count(*) FROM supervisor_inbox WHERE status = 'completed'") == 2;
  });
  const json::value trace = daemon.ask("/tasks/task-1/decision-trace?limit=3");
  EXPECT_TRUE(at(trace, "/trace_items/0/audit_id").is_string());
}

TEST(Adoption, ChangesNoTableAndDropsNothing) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.triggers = true, .audits = 100});
  ForeignWriter agentos(path);
  const auto before = agentos.rows("SELECT name, sql FROM sqlite_master ORDER BY name");
  {
    TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
    daemon.settle();
  }
  const auto after = agentos.rows("SELECT name, sql FROM sqlite_master ORDER BY name");
  for (const auto& object : before) {
    EXPECT_NE(std::find(after.begin(), after.end(), object), after.end()) << *object[0];
  }
}

TEST(Adoption, AddsNoIndexWhereIndexesAreNotManaged) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.upstream_indexes = false, .audits = 100});
  ForeignWriter agentos(path);
  TestDaemon daemon(
      {.registry = path, .config = "registry:\n  manage_indexes: false\n", .flags = {}});
  daemon.settle();
  EXPECT_EQ(
      agentos.number("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name IN "
                     "('tasks', 'task_audits', 'task_events') AND sql IS NOT NULL"),
      0);
  EXPECT_FALSE(array_at(daemon.ask("/integrity"), "/missing_indexes").empty());
}

TEST(Adoption, AddsTheRunbooksIndexesUnderTheirNames) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.upstream_indexes = false, .audits = 100});
  const TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  ForeignWriter agentos(path);
  for (const std::string name :
       {"idx_task_audits_task_id", "idx_task_audits_decision_id", "idx_task_audits_created_at",
        "idx_task_audits_event_type", "idx_task_events_task_id", "idx_task_events_created_at",
        "idx_supervisor_inbox_task_id", "idx_supervisor_inbox_status"}) {
    // One of the same leading columns does as well: one of ours may stand for it.
    EXPECT_FALSE(agentos
                     .rows("SELECT 1 FROM sqlite_master m, pragma_index_info(m.name) i WHERE "
                           "m.type = 'index' AND i.seqno = 0 AND m.sql NOT LIKE '% WHERE %' AND "
                           "'" +
                           name + "' = 'idx_' || m.tbl_name || '_' || i.name")
                     .empty())
        << name;
  }
}

}  // namespace
}  // namespace replay::testing
