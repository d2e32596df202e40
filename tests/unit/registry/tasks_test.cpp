#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v24_tables;

class Tasks : public ::testing::Test {
 protected:
  void SetUp() override {
    registry.exec(v24_tables());
    open = &registry.open();
  }
  void audit(const std::string& type, const std::string& created_at,
             const std::string& payload = "{}") {
    registry.exec(
        "INSERT INTO task_audits (task_id, event_type, created_at, payload) VALUES ('t', '" + type +
        "', '" + created_at + "', '" + payload + "')");
  }
  std::optional<TaskSummary> summary() {
    return open->reads().read_now(
        [](const ReadView& view) { return view.task_summary(TaskId("t")); });
  }

  TempRegistry registry;
  Registry* open = nullptr;
};

TEST_F(Tasks, SummaryTellsTheLatestDecisionByInstant) {
  registry.exec("INSERT INTO tasks (task_id, status) VALUES ('t', 'blocked')");
  audit("SUPERVISOR_BLOCKED", "2026-01-28T12:00:00+05:00",
        R"({"decision_snapshot":{"findings":[{"code":"REDLINE_001"},{"code":"X"}]}})");
  audit("SUPERVISOR_ALLOWED", "2026-01-28 06:00:00");
  audit("supervisor-note", "2026-01-28T09:00:00Z");
  audit("SUPERVISORXBLOCKED", "2026-01-28T09:00:00Z");
  const auto task = summary();
  ASSERT_TRUE(task);
  EXPECT_EQ(task->last_decision_type, "BLOCKED");
  EXPECT_EQ(format_instant(*task->last_decision_at), "2026-01-28T07:00:00.000000Z");
  EXPECT_EQ(task->blocked_reason_code, "REDLINE_001");
  EXPECT_EQ(task->decision_count, 2U);
}

TEST_F(Tasks, ReasonIsToldOnlyWhileBlocked) {
  registry.exec("INSERT INTO tasks (task_id, status) VALUES ('t', 'RUNNING')");
  audit("SUPERVISOR_BLOCKED", "2026-01-28T12:00:00Z",
        R"({"decision_snapshot":{"findings":[{"code":"A"}]}})");
  EXPECT_FALSE(summary()->blocked_reason_code);
}

TEST_F(Tasks, ADecisionWithoutAReadableTimeIsStillTheLastOne) {
  audit("SUPERVISOR_PAUSED", "yesterday");
  EXPECT_EQ(summary()->last_decision_type, "PAUSED");
  EXPECT_FALSE(summary()->last_decision_at);
}

TEST_F(Tasks, AnOrphansSummaryHasNoStatus) {
  EXPECT_FALSE(summary());
  audit("TASK_CREATED", "2026-01-28T12:00:00Z");
  ASSERT_TRUE(summary());
  EXPECT_FALSE(summary()->status);
}

TEST_F(Tasks, AreListedByStatusInEitherCaseNewestFirst) {
  registry.exec(
      "INSERT INTO tasks (task_id, status) VALUES ('a', 'blocked'), ('b', 'RUNNING'), ('c', "
      "'BLOCKED'), "
      "('d', 'Blocked')");
  const auto list = [&](std::optional<RowId> below) {
    return open->reads().read_now(
        [&](const ReadView& view) { return view.tasks("BLOCKED", 2, below); });
  };
  const TaskPage first = list(std::nullopt);
  ASSERT_EQ(first.tasks.size(), 2U);
  EXPECT_EQ(first.tasks[0].id.str(), "d");
  EXPECT_EQ(first.tasks[1].id.str(), "c");
  const TaskPage second = list(first.next);
  ASSERT_EQ(second.tasks.size(), 1U);
  EXPECT_EQ(second.tasks[0].id.str(), "a");
  EXPECT_FALSE(second.next);
}

}  // namespace
}  // namespace replay::registry
