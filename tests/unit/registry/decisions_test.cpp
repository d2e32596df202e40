#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "model/decision.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v14_tables;
using testing::v24_tables;

class Recording : public ::testing::Test {
 protected:
  /// One task and one pending event in a registry with these tables.
  void start(const std::string& tables, const std::string& status = "PENDING") {
    if (!tables.empty()) registry.exec(tables);
    open = &registry.open();
    registry.exec("INSERT INTO tasks (task_id, status) VALUES ('t', '" + status + "')");
    registry.exec(
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, status) VALUES "
        "('e', 't', 'TASK_CREATED', 'eventbus', 'pending')");
  }

  DecisionRecord block() {
    DecisionRecord record;
    record.inbox_row = 1;
    record.id = decision_id_for(EventId("e"));
    record.event = {EventId("e"),          TaskId("t"),
                    "TASK_CREATED",        now - std::chrono::seconds{1},
                    EventSource::eventbus, "{}"};
    record.decision = {DecisionType::block,
                       "Blocked by R1.",
                       "p@1",
                       "5e1f",
                       {{FindingKind::redline, Severity::high, "R1", "m", {}, ""}},
                       {}};
    record.processed_at = now;
    record.new_status = "BLOCKED";
    return record;
  }

  RecordOutcome record(const DecisionRecord& decision) {
    return open->writes().write_now([&](WriteTransaction& tx) { return tx.record(decision); });
  }
  std::string action_status() {
    return registry.ask(
        "SELECT json_extract(payload, '$.decision_snapshot.actions[0].status') FROM task_audits");
  }

  TempRegistry registry;
  Registry* open = nullptr;
  Instant now = registry.clock.now();
};

TEST_F(Recording, AuditStatusAndInboxChangeTogether) {
  start("");
  EXPECT_EQ(record(block()), RecordOutcome::recorded);
  EXPECT_EQ(registry.ask("SELECT status FROM tasks"), "BLOCKED");
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox"), "completed");
  EXPECT_EQ(
      registry.ask(
          "SELECT event_type || level || decision_id || source_event_ts || supervisor_processed_at "
          "FROM task_audits"),
      "SUPERVISOR_BLOCKEDwarn" + decision_id_for(EventId("e")).str() +
          format_instant(now - std::chrono::seconds{1}) + format_instant(now));
  EXPECT_EQ(action_status(), "OK");
}

TEST_F(Recording, WritesTheStatusInTheLetterCaseItReplaces) {
  start(v24_tables(), "running");
  (void)record(block());
  EXPECT_EQ(registry.ask("SELECT status FROM tasks"), "blocked");
}

TEST_F(Recording, ARefusingTriggerLeavesTheDecisionStanding) {
  start(v24_tables());
  registry.exec(
      "CREATE TRIGGER frozen BEFORE UPDATE OF status ON tasks BEGIN SELECT RAISE(ABORT, 'frozen'); "
      "END");
  EXPECT_EQ(record(block()), RecordOutcome::recorded_status_refused);
  EXPECT_EQ(registry.ask("SELECT status FROM tasks"), "PENDING");
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox"), "completed");
  EXPECT_EQ(action_status(), "FAILED");
}

TEST_F(Recording, ATriggerThatWritesAuditsIsWelcome) {
  start(v24_tables());
  registry.exec(
      "CREATE TRIGGER noted AFTER UPDATE OF status ON tasks BEGIN INSERT INTO task_audits "
      "(task_id, event_type) "
      "VALUES (new.task_id, 'TASK_BLOCKED'); END");
  EXPECT_EQ(record(block()), RecordOutcome::recorded);
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 2);
}

TEST_F(Recording, WorksOnAnOldRegistryThroughThePayload) {
  start(v14_tables());
  EXPECT_EQ(record(block()), RecordOutcome::recorded);
  EXPECT_EQ(registry.ask("SELECT json_extract(payload, '$.decision_id') FROM task_audits"),
            decision_id_for(EventId("e")).str());
}

TEST_F(Recording, WorksWithATextAuditKey) {
  start(v24_tables("TEXT PRIMARY KEY"));
  EXPECT_EQ(record(block()), RecordOutcome::recorded);
  EXPECT_EQ(registry.ask("SELECT typeof(audit_id) FROM task_audits"), "text");
}

TEST_F(Recording, AnEventIsDecidedOnce) {
  start("");
  EXPECT_EQ(record(block()), RecordOutcome::recorded);
  EXPECT_EQ(record(block()), RecordOutcome::not_pending);
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 1);
}

TEST_F(Recording, AnEventThatVanishedIsNoticed) {
  start("");
  registry.exec("DELETE FROM supervisor_inbox");
  EXPECT_EQ(record(block()), RecordOutcome::vanished);
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 0);
}

TEST_F(Recording, AFailedEvaluationIsAuditedAndCounted) {
  start("");
  FailedEvaluation failure;
  failure.inbox_row = 1;
  failure.id = decision_id_for(EventId("e"), 1);
  failure.event = block().event;
  failure.error = "too hard";
  failure.attempt = 1;
  failure.processed_at = now;
  const auto record_failure = [&] {
    return open->writes().write_now([&](WriteTransaction& tx) { return tx.record(failure); });
  };
  EXPECT_EQ(record_failure(), RecordOutcome::recorded);
  EXPECT_EQ(registry.ask("SELECT status || retry_count || error_message FROM supervisor_inbox"),
            "pending1too hard");
  failure.attempt = 2;
  failure.final = true;
  failure.id = decision_id_for(EventId("e"), 2);
  EXPECT_EQ(record_failure(), RecordOutcome::recorded);
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox"), "failed");
  EXPECT_EQ(registry.ask("SELECT group_concat(event_type || level) FROM task_audits"),
            "SUPERVISOR_ERRORerror,SUPERVISOR_ERRORerror");
  EXPECT_EQ(registry.ask("SELECT status FROM tasks"), "PENDING");
}

TEST_F(Recording, UnblockWritesStatusAndAuditTogether) {
  start("", "blocked");
  const std::string status = open->writes().write_now(
      [&](WriteTransaction& tx) { return tx.unblock(TaskId("t"), "ann", "false alarm", now); });
  EXPECT_EQ(status, "running");
  EXPECT_EQ(registry.ask("SELECT status FROM tasks"), "running");
  EXPECT_EQ(registry.ask("SELECT event_type || json_extract(payload, '$.actor') || "
                         "json_extract(payload, '$.reason') "
                         "FROM task_audits"),
            "MANUAL_UNBLOCKannfalse alarm");
}

TEST_F(Recording, OnlyABlockedTaskIsUnblocked) {
  start("");
  const auto unblock = [&](const std::string& task) {
    try {
      (void)open->writes().write_now(
          [&](WriteTransaction& tx) { return tx.unblock(TaskId(task), "a", "r", now); });
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  EXPECT_EQ(unblock("t"), ErrorKind::conflict);
  EXPECT_EQ(unblock("nobody"), ErrorKind::not_found);
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 0);
}

}  // namespace
}  // namespace replay::registry
