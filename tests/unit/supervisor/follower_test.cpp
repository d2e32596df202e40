#include "supervisor/follower.h"

#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::supervisor {
namespace {

using testing::TempRegistry;

class Following : public ::testing::Test {
 protected:
  void SetUp() override {
    registry.exec(testing::v24_tables());
    registry.exec("INSERT INTO tasks (task_id) VALUES ('t')");
    registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'TASK_CREATED')");
    registry.open();
  }
  Follower follower() {
    return {registry.registry(), registry.clock, {"TASK_CREATED", "TASK_FAILED"}};
  }
  std::string inbox() {
    return registry.ask(
        "SELECT group_concat(event_id) FROM (SELECT * FROM supervisor_inbox ORDER BY rowid)");
  }

  TempRegistry registry;
};

TEST_F(Following, FirstAdoptionStartsAtTheEnd) {
  EXPECT_EQ(follower().follow().added, 0U);
  EXPECT_EQ(inbox(), "");
}

TEST_F(Following, NewRowsOfBothTablesEnterTheInboxOnce) {
  Follower one = follower();
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'TASK_FAILED'), ('t', "
      "'SUPERVISOR_ALLOWED')");
  registry.exec("INSERT INTO task_events (task_id, event_type) VALUES ('t', 'TASK_CREATED')");
  EXPECT_EQ(one.follow().added, 2U);
  EXPECT_EQ(inbox(), "polling_task_audits_2,polling_task_events_1");
  EXPECT_EQ(one.follow().added, 0U);
}

TEST_F(Following, GoesOnWhereItStoodHoweverLongItWasAway) {
  {
    const Follower gone = follower();
  }
  registry.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
      "INSERT INTO task_audits (task_id, event_type) SELECT 't', 'TASK_FAILED' FROM n");
  EXPECT_EQ(follower().follow().added, 1200U);
}

TEST_F(Following, RowsThatAreNoneOfOursWriteNothing) {
  Follower one = follower();
  registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'SUPERVISOR_ALLOWED')");
  const auto before = registry.registry().writes().stats().transactions;
  EXPECT_EQ(one.follow().added, 0U);
  EXPECT_EQ(registry.registry().writes().stats().transactions, before);
}

TEST_F(Following, AnEventThatCameBothWaysIsThereOnce) {
  Follower one = follower();
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source) VALUES ('e', 't', "
      "'TASK_FAILED', 'eventbus')");
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type, payload) VALUES ('t', 'TASK_FAILED', "
      "'{\"event_id\":\"e\"}')");
  EXPECT_EQ(one.follow().added, 0U);
  EXPECT_EQ(inbox(), "e");
}

}  // namespace
}  // namespace replay::supervisor
