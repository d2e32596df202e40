#include "supervisor/supervisor.h"

#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "supervisor/decision_waiters.h"
#include "support/temp_registry.h"
#include "test_policy.h"

namespace replay::supervisor {
namespace {

using testing::TempRegistry;

class Supervising : public ::testing::Test {
 protected:
  void start() {
    registry.open();
    supervisor.emplace(registry.registry(), testing::test_policy(registry.directory()), waiters,
                       registry.clock, registry.log, options);
  }
  void restart() {
    supervisor.reset();
    start();
  }
  void post(const std::string& event, const std::string& task, const std::string& payload = "{}",
            const std::string& type = "TASK_CREATED") {
    const std::vector<IncomingEvent> events{
        {{EventId(event), TaskId(task), type, registry.clock.now(), EventSource::eventbus, payload},
         {}}};
    registry.registry().writes().write_now([&](registry::WriteTransaction& tx) {
      return tx.accept(events, registry.clock.now(), 10'000);
    });
  }
  void until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "waited too long";
      std::this_thread::yield();
    }
  }
  std::int64_t completed() {
    return registry.count("SELECT count(*) FROM supervisor_inbox WHERE status = 'completed'");
  }

  std::uint64_t blocked_decisions() {
    const auto decisions = supervisor->stats().decisions;
    const auto blocked = decisions.find("BLOCK");
    return blocked == decisions.end() ? 0 : blocked->second;
  }

  TempRegistry registry;
  DecisionWaiters waiters;
  Options options;
  std::optional<Supervisor> supervisor;
};

TEST_F(Supervising, DecidesEveryEventOnceAndATasksOwnInOrder) {
  start();
  for (int i = 0; i < 300; ++i) {
    const std::string task = "t" + std::to_string(i % 7);
    post("e" + std::to_string(i), task, i % 5 == 0 ? R"({"command":"danger"})" : "{}");
  }
  until([this] { return completed() == 300; });
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 300);
  EXPECT_EQ(registry.count("SELECT count(DISTINCT decision_id) FROM task_audits"), 300);
  // Within each task the decisions stand in the order in which its events came.
  EXPECT_EQ(registry.count(
                "SELECT count(*) FROM (SELECT i.rowid - lag(i.rowid) OVER (PARTITION BY a.task_id "
                "ORDER BY a.audit_id)"
                " AS step FROM task_audits a JOIN supervisor_inbox i ON i.event_id = "
                "json_extract(a.payload, '$.decision_snapshot.event.event_id')) WHERE step < 0"),
            0);
  // What is on disk is counted a moment later.
  until([this] { return blocked_decisions() >= 60; });
  EXPECT_EQ(blocked_decisions(), 60U);
  EXPECT_EQ(supervisor->stats().lost, 0U);
}

TEST_F(Supervising, ARestartGoesOnWithWhatWasLeft) {
  start();
  supervisor.reset();
  registry.open();
  post("e1", "t");
  start();
  until([this] { return completed() == 1; });
}

TEST_F(Supervising, AFailedEvaluationIsTriedAgainWithBackoffAndThenGivenUp) {
  options.max_attempts = 3;
  start();
  registry.exec("INSERT INTO tasks (task_id) VALUES ('t')");
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, status, "
      "retry_count) VALUES "
      "('bad', 't', 'TASK_CREATED', 'eventbus', 'no json', 'pending', 0), "
      "('good', 't', 'TASK_CREATED', 'eventbus', '{}', 'pending', 0)");
  const auto attempts = [this] {
    return registry.count("SELECT retry_count FROM supervisor_inbox WHERE event_id = 'bad'");
  };
  // The failure is on disk a moment before the supervisor has set its alarm, so time moves on until
  // it has rung.
  const auto let_time_pass = [this] { registry.clock.advance(options.first_backoff / 10); };
  until([&] { return attempts() == 1; });
  until([&] { return let_time_pass(), attempts() == 2; });
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox WHERE event_id = 'good'"), "pending");
  until([&] { return let_time_pass(), completed() == 1; });
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox WHERE event_id = 'bad'"), "failed");
  EXPECT_EQ(
      registry.count("SELECT count(*) FROM task_audits WHERE event_type = 'SUPERVISOR_ERROR'"), 3);
  EXPECT_EQ(registry.ask("SELECT status FROM tasks"), "VERIFYING");
}

TEST_F(Supervising, RowsOfOtherWritersAreDecided) {
  registry.exec(testing::v24_tables());
  start();
  registry.exec("INSERT INTO tasks (task_id, status) VALUES ('t', 'running')");
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type, payload) VALUES ('t', 'TASK_CREATED', "
      "'{\"command\":\"danger\"}')");
  until([this] { return registry.ask("SELECT status FROM tasks") == "blocked"; });
  EXPECT_EQ(registry.ask("SELECT event_id || source FROM supervisor_inbox"),
            "polling_task_audits_1polling");
}

TEST_F(Supervising, AnEventOfAnUnknownTaskIsFailedAndCounted) {
  registry.exec(testing::v24_tables());
  start();
  registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('nobody', 'TASK_FAILED')");
  until([this] { return registry.ask("SELECT status FROM supervisor_inbox") == "failed"; });
  EXPECT_EQ(registry.ask("SELECT error_message FROM supervisor_inbox"), "unknown task");
  until([this] { return supervisor->stats().unknown_tasks == 1; });
}

TEST_F(Supervising, OneEventTheRegistryRefusesKeepsNoOtherWaiting) {
  registry.exec(testing::v24_tables());
  registry.exec(
      "CREATE TRIGGER no_blocks BEFORE INSERT ON task_audits WHEN new.event_type = "
      "'SUPERVISOR_BLOCKED' "
      "BEGIN SELECT RAISE(ABORT, 'not here'); END");
  registry.open();
  post("refused", "t1", R"({"command":"danger"})");
  post("fine", "t2");
  start();
  until([this] { return completed() == 1; });
  until([this] {
    return registry.ask("SELECT status FROM supervisor_inbox WHERE event_id = 'refused'") ==
           "failed";
  });
  EXPECT_EQ(registry.ask("SELECT status FROM tasks WHERE task_id = 't1'"), "PENDING");
}

TEST_F(Supervising, AnEventThatCameAgainAfterItsInboxRowWasTidiedAwayIsNotDecidedAgain) {
  start();
  post("e1", "t");
  until([this] { return completed() == 1; });
  registry.exec("DELETE FROM supervisor_inbox");
  post("e1", "t");
  until([this] { return completed() == 1; });
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 1);
}

TEST_F(Supervising, KeepsTheInboxSmallAndRevivesStuckRows) {
  start();
  post("e1", "t");
  until([this] { return completed() == 1; });
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, status, "
      "received_at) VALUES "
      "('stuck', 't', 'TASK_CREATED', 'eventbus', '{}', 'processing', '2026-01-01 00:00:00')");
  registry.clock.advance(options.inbox_retention + std::chrono::minutes{1});
  until([this] { return supervisor->stats().removed_inbox_rows == 1; });
  until([this] { return supervisor->stats().revived_inbox_rows == 1; });
  until([this] {
    return registry.ask("SELECT status FROM supervisor_inbox WHERE event_id = 'stuck'") ==
           "completed";
  });
}

TEST_F(Supervising, APoisonedTasksBacklogKeepsNobodyElseWaiting) {
  options.batch = 4;
  start();
  registry.exec("INSERT INTO tasks (task_id) VALUES ('p')");
  registry.exec(
      "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, status) "
      "SELECT 'p' || i, 'p', 'TASK_CREATED', 'eventbus', iif(i = 0, 'no json', '{}'), 'pending' "
      "FROM n");
  post("e1", "t");
  until([this] { return completed() == 1; });
  EXPECT_EQ(registry.count("SELECT max(retry_count) FROM supervisor_inbox"), 1);
}

/// A trigger refuses every change of some inbox rows, or ignores it without a word.
class RefusingInbox : public Supervising, public ::testing::WithParamInterface<const char*> {};

TEST_P(RefusingInbox, TheOthersAreDecided) {
  options.batch = 4;
  start();
  registry.exec(
      "CREATE TRIGGER no BEFORE UPDATE ON supervisor_inbox WHEN old.event_id LIKE 'no%' "
      "BEGIN SELECT " +
      std::string(GetParam()) + "; END");
  for (int i = 0; i < 10; ++i) {
    post("no-" + std::to_string(i), "n-" + std::to_string(i));
    post("yes-" + std::to_string(i), "y-" + std::to_string(i));
  }
  until([this] { return completed() == 10; });
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits WHERE task_id LIKE 'n-%'"), 0);
}

INSTANTIATE_TEST_SUITE_P(Triggers, RefusingInbox,
                         ::testing::Values("RAISE(ABORT, 'never')", "RAISE(ROLLBACK, 'never')",
                                           "RAISE(IGNORE)"));

TEST_F(Supervising, RowsThatAreHardlyEventsAreDecidedOrFail) {
  start();
  registry.exec("INSERT INTO tasks (task_id) VALUES ('t')");
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, received_at, "
      "status) VALUES (NULL, 't', 'TASK_CREATED', 'eventbus', '{}', NULL, 'pending'), "
      "('', 't', 'TASK_CREATED', 'eventbus', '{}', NULL, 'pending'), "
      "(x'ff00', 't', 'TASK_CREATED', NULL, '{}', 1769596200, 'pending'), "
      "('no-task', NULL, NULL, NULL, NULL, 'x', 'pending'), "
      "('blob', x'74', x'ff', x'ff', x'7b7d', x'ff', 'pending'), "
      "('number', 't', 7, 7, '{}', 7, 'pending')");
  post("good", "t");
  until([this] {
    return registry.count("SELECT count(*) FROM supervisor_inbox WHERE status = 'pending'") == 0;
  });
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox WHERE event_id = 'good'"),
            "completed");
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox WHERE error_message = "
                           "'no event_id'"),
            2);
}

TEST_F(Supervising, ANewPolicyDecidesTheNextBatch) {
  start();
  std::ofstream(registry.directory() / "other.yml") << "policy: other\nversion: 7\n";
  auto loaded = policy::load({registry.directory() / "other.yml"}, Instant{});
  ASSERT_TRUE(loaded.engine);
  supervisor->use(std::move(loaded.engine));
  post("e1", "t", R"({"command":"danger"})");
  until([this] { return completed() == 1; });
  EXPECT_EQ(
      registry.ask("SELECT json_extract(payload, '$.decision_snapshot.policy') FROM task_audits"),
      "other@7");
  EXPECT_EQ(supervisor->stats().policy, "other@7");
}

}  // namespace
}  // namespace replay::supervisor
