#include <cmath>

#include <gtest/gtest.h>

#include "base/time.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

constexpr auto kLastAudit =
    "SELECT {} FROM task_audits WHERE event_type LIKE 'SUPERVISOR_%' ORDER BY audit_id DESC LIMIT "
    "1";

/// A column or expression over the newest decision's row.
std::string last_audit(ForeignWriter& registry, const std::string& what) {
  std::string sql = kLastAudit;
  return registry.text(sql.replace(sql.find("{}"), 2, what));
}

/// A registry of our own with task-1, decided and VERIFYING.
class Decisions : public ::testing::Test {
 protected:
  explicit Decisions(const std::string& config = {})
      : daemon_({.registry = {}, .config = config, .flags = {}}), registry_(daemon_.registry()) {
    daemon_.decide(created("evt-0", "task-1"));
  }

  /// The decision_type that an event of task-1 gets.
  std::string decide(const std::string& type, json::object payload) {
    const std::string id = "evt-" + std::to_string(++events_);
    const json::value answer = daemon_.decide(event(id, "task-1", type, std::move(payload)));
    return text_at(answer, "/decisions/0/decision_type");
  }
  std::string failed(json::object payload) { return decide("TASK_FAILED", std::move(payload)); }
  std::string status() { return text_at(daemon_.ask("/tasks/task-1/summary"), "/status"); }

  /// "event_type level status" after the newest decision.
  std::string recorded() {
    return last_audit(registry_, "event_type || ' ' || level") + " " + status();
  }

  TestDaemon daemon_;
  ForeignWriter registry_;
  int events_ = 0;
};

TEST_F(Decisions, AllowOnCreationMakesTheTaskVerifying) {
  EXPECT_EQ(recorded(), "SUPERVISOR_ALLOWED info VERIFYING");
}

TEST_F(Decisions, AllowOfAStepLeavesTheStatus) {
  registry_.run("UPDATE tasks SET status = 'RUNNING'");
  EXPECT_EQ(decide("TASK_STEP_COMPLETED", {}), "ALLOW");
  EXPECT_EQ(recorded(), "SUPERVISOR_ALLOWED info RUNNING");
}

TEST_F(Decisions, PauseMakesTheTaskPaused) {
  EXPECT_EQ(decide("TASK_STEP_COMPLETED", dangerous_payload()), "PAUSE");
  EXPECT_EQ(recorded(), "SUPERVISOR_PAUSED warn PAUSED");
}

TEST_F(Decisions, BlockMakesTheTaskBlocked) {
  EXPECT_EQ(failed({{"error_type", "permission_denied"}}), "BLOCK");
  EXPECT_EQ(recorded(), "SUPERVISOR_BLOCKED warn BLOCKED");
}

TEST_F(Decisions, RetryLeavesTheStatus) {
  EXPECT_EQ(failed({{"error_type", "network_timeout"}}), "RETRY");
  EXPECT_EQ(recorded(), "SUPERVISOR_RETRY_RECOMMENDED info VERIFYING");
}

TEST_F(Decisions, RetryEndsAtTheTasksThirdAttempt) {
  registry_.run(R"(UPDATE tasks SET metadata = '{"retry_count": 2}')");
  EXPECT_EQ(failed({{"error_type", "rate_limited"}}), "RETRY");
  registry_.run(R"(UPDATE tasks SET metadata = '{"retry_count": 3}')");
  EXPECT_EQ(failed({{"error_type", "rate_limited"}}), "BLOCK");
}

TEST_F(Decisions, WordsOfTheErrorSayWhetherToRetryAndTheNotWordsWin) {
  EXPECT_EQ(failed({{"error", "Connection reset by peer"}}), "RETRY");
  EXPECT_EQ(failed({{"error", "Service Unavailable"}}), "RETRY");
  EXPECT_EQ(failed({{"error", "connection timeout: access denied"}}), "BLOCK");
  EXPECT_EQ(failed({{"error", "something else"}}), "BLOCK");
  EXPECT_EQ(failed({}), "BLOCK");
  EXPECT_EQ(failed({{"error_type", "auth_failed"}, {"error", "timeout"}}), "BLOCK");
  EXPECT_EQ(failed({{"error_type", "unheard_of"}, {"error", "timeout"}}), "RETRY");
}

TEST_F(Decisions, RiskyStepsAreAllowedWithAFinding) {
  EXPECT_EQ(decide("TASK_STEP_COMPLETED", {{"risk_indicators", {{"error_rate", 0.31}}}}), "ALLOW");
  EXPECT_EQ(last_audit(registry_,
                       "json_extract(payload, '$.decision_snapshot.findings[0].kind') || "
                       "json_extract(payload, '$.decision_snapshot.findings[0].severity')"),
            "RISKMEDIUM");
  EXPECT_EQ(decide("TASK_STEP_COMPLETED",
                   {{"risk_indicators",
                     {{"error_rate", 0.3}, {"resource_usage", 0.8}, {"security_score", 50}}}}),
            "ALLOW");
  EXPECT_EQ(last_audit(registry_, "json_array_length(payload, '$.decision_snapshot.findings')"),
            "0");
}

TEST_F(Decisions, SeveralRisksOfAStepAreOneMediumFinding) {
  decide(
      "TASK_STEP_COMPLETED",
      {{"risk_indicators", {{"error_rate", 0.9}, {"resource_usage", 0.9}, {"security_score", 1}}},
       {"result", {{"warnings", {"unused"}}}}});
  const json::value findings =
      *parse_json(last_audit(registry_, "json_extract(payload, '$.decision_snapshot.findings')"));
  ASSERT_EQ(findings.as_array().size(), 2U) << findings;
  std::set<std::string> severities;
  for (const json::value& finding : findings.as_array()) {
    severities.insert(text_at(finding, "/severity"));
  }
  EXPECT_EQ(severities, (std::set<std::string>{"MEDIUM", "LOW"}));
}

TEST_F(Decisions, RedlinesAreFoundAtEveryPlaceTheyMayStand) {
  const json::array places{
      {{"command_spec", {{"steps", {{{"run", "rm -rf /"}}}}}}},
      {{"command", "sudo rm -rf / --no-preserve-root"}},
      {{"tool_requests", {"rm -rf /"}}},
      {{"tool_requests", {{{"tool", "shell"}, {"command", "rm -rf /"}}}}},
      {{"tool_requests", {{{"tool", "file_write"}, {"path", "/etc/passwd"}}}}},
  };
  for (const json::value& payload : places) {
    EXPECT_EQ(decide("TASK_CREATED", payload.as_object()), "BLOCK") << payload;
    EXPECT_EQ(last_audit(registry_,
                         "substr(json_extract(payload, "
                         "'$.decision_snapshot.findings[0].code'), 1, 8)"),
              "REDLINE_")
        << payload;
  }
  EXPECT_EQ(decide("TASK_CREATED", {{"title", "How to run rm -rf / safely"}}), "ALLOW");
}

TEST_F(Decisions, AnEventTypeNobodyNamesIsAllowedWithoutFindings) {
  EXPECT_EQ(decide("SOMETHING_ELSE", dangerous_payload()), "ALLOW");
  EXPECT_EQ(last_audit(registry_, "json_array_length(payload, '$.decision_snapshot.findings')"),
            "0");
  EXPECT_EQ(status(), "VERIFYING");
}

TEST_F(Decisions, TheSnapshotHasEveryMemberOfTheContract) {
  const json::object sent = created("evt-s", "task-s", dangerous_payload());
  const std::string id = text_at(daemon_.decide(sent), "/decisions/0/decision_id");
  const json::value answer = daemon_.ask("/decisions/" + id);
  EXPECT_EQ(text_at(answer, "/decision_id"), id);
  const json::value& snapshot = at(answer, "/decision_snapshot");
  EXPECT_EQ(text_at(snapshot, "/decision_id"), id);
  EXPECT_EQ(text_at(snapshot, "/policy"), "default@1");

  EXPECT_EQ(text_at(snapshot, "/event/event_id"), "evt-s");
  EXPECT_EQ(text_at(snapshot, "/event/event_type"), "TASK_CREATED");
  EXPECT_EQ(text_at(snapshot, "/event/source"), "eventbus");
  EXPECT_EQ(parse_instant(text_at(snapshot, "/event/ts")), parse_instant(text_at(sent, "/ts")));

  EXPECT_EQ(text_at(snapshot, "/inputs/task_status"), "PENDING");
  EXPECT_TRUE(has(snapshot, "/inputs/context"));
  EXPECT_EQ(int_at(snapshot, "/inputs/previous_decisions"), 0);

  ASSERT_FALSE(array_at(snapshot, "/findings").empty());
  const json::value& finding = at(snapshot, "/findings/0");
  EXPECT_EQ(text_at(finding, "/kind"), "REDLINE");
  EXPECT_TRUE(text_at(finding, "/severity") == "HIGH" ||
              text_at(finding, "/severity") == "CRITICAL");
  EXPECT_TRUE(text_at(finding, "/code").starts_with("REDLINE_"));
  EXPECT_FALSE(text_at(finding, "/message").empty());
  EXPECT_TRUE(at(finding, "/evidence").is_object());

  EXPECT_EQ(text_at(snapshot, "/decision/decision_type"), "BLOCK");
  EXPECT_FALSE(text_at(snapshot, "/decision/reason").empty());
  ASSERT_FALSE(array_at(snapshot, "/actions").empty());
  for (const json::value& action : array_at(snapshot, "/actions")) {
    EXPECT_FALSE(text_at(action, "/action_type").empty());
    EXPECT_EQ(text_at(action, "/status"), "OK");
  }

  EXPECT_GE(real_at(snapshot, "/metrics/decision_time_ms"), 0);
  EXPECT_GE(real_at(snapshot, "/metrics/policy_eval_time_ms"), 0);
  EXPECT_EQ(int_at(snapshot, "/metrics/finding_count"),
            static_cast<std::int64_t>(array_at(snapshot, "/findings").size()));
  EXPECT_EQ(int_at(snapshot, "/metrics/action_count"),
            static_cast<std::int64_t>(array_at(snapshot, "/actions").size()));
}

TEST_F(Decisions, TheAuditRowHoldsWhatOtherProgramsRead) {
  json::object sent = created("evt-s", "task-s", dangerous_payload());
  sent["ts"] = "2026-01-28T12:30:00+02:00";
  const std::string id = text_at(daemon_.decide(sent), "/decisions/0/decision_id");
  EXPECT_EQ(last_audit(registry_, "decision_id"), id);
  const std::string source = last_audit(registry_, "source_event_ts");
  EXPECT_EQ(parse_instant(source), parse_instant("2026-01-28T10:30:00Z"));
  const std::string processed = last_audit(registry_, "supervisor_processed_at");
  EXPECT_EQ(format_instant(parse_instant(processed).value()), processed);

  const json::value payload = *parse_json(last_audit(registry_, "payload"));
  EXPECT_EQ(text_at(payload, "/decision_id"), id);
  EXPECT_EQ(text_at(payload, "/decision_type"), "block");
  EXPECT_FALSE(text_at(payload, "/reason").empty());
  EXPECT_TRUE(parse_instant(text_at(payload, "/timestamp")));
  EXPECT_EQ(parse_instant(text_at(payload, "/source_event_ts")), parse_instant(source));
  EXPECT_EQ(text_at(payload, "/supervisor_processed_at"), processed);
  EXPECT_TRUE(at(payload, "/decision_snapshot").is_object());
  ASSERT_FALSE(array_at(payload, "/findings").empty());
  EXPECT_TRUE(text_at(payload, "/findings/0/code").starts_with("REDLINE_"));
  EXPECT_EQ(text_at(payload, "/findings/0/kind"), "REDLINE");
  EXPECT_FALSE(text_at(payload, "/findings/0/severity").empty());
}

TEST_F(Decisions, PreviousDecisionsOfTheTaskAreInputs) {
  decide("TASK_STEP_COMPLETED", {});
  decide("TASK_STEP_COMPLETED", {});
  EXPECT_EQ(last_audit(registry_,
                       "json_extract(payload, '$.decision_snapshot.inputs.previous_decisions')"),
            "2");
}

class DecisionsLeavingPausedAlone : public Decisions {
 protected:
  DecisionsLeavingPausedAlone()
      : Decisions("registry:\n  task_status: {paused: null, blocked: HALTED}\n") {}
};

TEST_F(DecisionsLeavingPausedAlone, AStatusConfiguredAsNullIsNotWritten) {
  EXPECT_EQ(decide("TASK_STEP_COMPLETED", dangerous_payload()), "PAUSE");
  EXPECT_EQ(recorded(), "SUPERVISOR_PAUSED warn VERIFYING");
}

TEST_F(DecisionsLeavingPausedAlone, AnotherStatusMayBeConfigured) {
  EXPECT_EQ(failed({}), "BLOCK");
  EXPECT_EQ(status(), "HALTED");
}

/// A daemon beside an AgentOS with its triggers.
class DecisionsInAgentOs : public ::testing::Test {
 protected:
  DecisionsInAgentOs() {
    create_agentos_tables(directory_.file("registry.sqlite"), {.triggers = true});
    agentos_ = std::make_unique<ForeignWriter>(directory_.file("registry.sqlite"));
    daemon_ = std::make_unique<TestDaemon>(
        DaemonOptions{.registry = directory_.file("registry.sqlite"), .config = {}, .flags = {}});
  }
  std::string status(const std::string& task) {
    return agentos_->text("SELECT status FROM tasks WHERE task_id = '" + task + "'");
  }

  TempDir directory_;
  std::unique_ptr<ForeignWriter> agentos_;
  std::unique_ptr<TestDaemon> daemon_;
};

TEST_F(DecisionsInAgentOs, AStatusIsWrittenInTheCaseOfTheOneItReplaces) {
  agentos_->task("task-lower", "running");
  agentos_->task("task-upper", "RUNNING");
  daemon_->decide(json::array{event("evt-1", "task-lower", "TASK_FAILED"),
                              event("evt-2", "task-upper", "TASK_FAILED")});
  EXPECT_EQ(status("task-lower"), "blocked");
  EXPECT_EQ(status("task-upper"), "BLOCKED");
}

TEST_F(DecisionsInAgentOs, ARefusedStatusLeavesTheDecisionAndItsActionSaysFailed) {
  agentos_->task("task-1", "approved");  // no project, no frozen spec
  const json::value answer = daemon_->decide(created("evt-1", "task-1"));
  EXPECT_EQ(text_at(answer, "/decisions/0/decision_type"), "ALLOW");
  EXPECT_EQ(status("task-1"), "approved");
  EXPECT_EQ(agentos_->text("SELECT status FROM supervisor_inbox"), "completed");
  const json::value snapshot =
      daemon_->ask("/decisions/" + text_at(answer, "/decisions/0/decision_id"));
  bool failed = false;
  for (const json::value& action : array_at(snapshot, "/decision_snapshot/actions")) {
    failed = failed || text_at(action, "/status") == "FAILED";
  }
  EXPECT_TRUE(failed) << snapshot;
}

TEST_F(DecisionsInAgentOs, TheTriggersOwnAuditIsThereOnceAndIsNoEvent) {
  agentos_->task("task-1", "running");
  daemon_->decide(event("evt-1", "task-1", "TASK_FAILED"));
  EXPECT_EQ(agentos_->number("SELECT count(*) FROM task_audits WHERE event_type = 'TASK_BLOCKED'"),
            1);
}

}  // namespace
}  // namespace replay::testing
