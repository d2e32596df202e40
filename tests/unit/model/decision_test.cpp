#include "model/decision.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace replay {
namespace {

using namespace std::chrono_literals;

constexpr Instant kTs = from_micros(1'769'596'200'000'000);  // 2026-01-28T10:30:00Z

Finding finding(std::string code) {
  Finding found;
  found.kind = FindingKind::redline;
  found.severity = Severity::high;
  found.code = std::move(code);
  found.message = "Deletes a system path";
  found.evidence = {{"pointer", "/command"}};
  return found;
}

DecisionRecord blocked() {
  DecisionRecord record;
  record.id = DecisionId("dec-1");
  record.event = {
      EventId("evt-1"), TaskId("task-1"), "TASK_CREATED", kTs, EventSource::polling, "{}"};
  record.inputs.task.exists = true;
  record.inputs.task.status = "PENDING";
  record.inputs.task.previous_decisions = 2;
  record.inputs.retry_count = 1;
  record.decision.type = DecisionType::block;
  record.decision.reason = "A redline was crossed.";
  record.decision.policy = "default@1";
  record.decision.policy_sha256 = "5e1f";
  record.decision.findings = {finding("REDLINE_001"), finding("REDLINE_002")};
  record.decision.findings[1].suppressed_by = "ci-cleanup";
  record.decision.evaluation_time = 1'600us;
  record.processed_at = kTs + 250ms;
  record.decision_time = 12'400us;
  record.new_status = "BLOCKED";
  return record;
}

json::value payload_of(const DecisionRecord& record, bool status_written = true) {
  return json::parse(audit_payload(record, status_written));
}

TEST(DecisionPayload, HoldsTheShortMembers) {
  const json::value payload = payload_of(blocked());
  EXPECT_EQ(payload.at("decision_id"), "dec-1");
  EXPECT_EQ(payload.at("decision_type"), "block");
  EXPECT_EQ(payload.at("reason"), "A redline was crossed.");
  EXPECT_EQ(payload.at("timestamp"), "2026-01-28T10:30:00.250000Z");
  EXPECT_EQ(payload.at("source_event_ts"), "2026-01-28T10:30:00.000000Z");
  EXPECT_EQ(payload.at("supervisor_processed_at"), "2026-01-28T10:30:00.250000Z");
  EXPECT_EQ(payload.at("findings").at(0),
            (json::value{{"code", "REDLINE_001"}, {"kind", "REDLINE"}, {"severity", "HIGH"}}));
  EXPECT_EQ(payload.as_object().size(), 8U);
}

TEST(DecisionPayload, HoldsTheWholeSnapshot) {
  const json::value expected = json::parse(R"({
    "decision_id": "dec-1",
    "policy": "default@1",
    "policy_sha256": "5e1f",
    "event": {"event_id": "evt-1", "event_type": "TASK_CREATED", "source": "polling", "ts": "2026-01-28T10:30:00.000000Z"},
    "inputs": {"task_status": "PENDING", "context": {"retry_count": 1}, "previous_decisions": 2},
    "findings": [
      {"kind": "REDLINE", "severity": "HIGH", "code": "REDLINE_001", "message": "Deletes a system path", "evidence": {"pointer": "/command"}},
      {"kind": "REDLINE", "severity": "HIGH", "code": "REDLINE_002", "message": "Deletes a system path", "evidence": {"pointer": "/command"},
       "suppressed_by": "ci-cleanup"}],
    "decision": {"decision_type": "BLOCK", "reason": "A redline was crossed."},
    "actions": [{"action_type": "MARK_BLOCKED", "task_status": "BLOCKED", "status": "OK"}],
    "metrics": {"decision_time_ms": 12, "policy_eval_time_ms": 2, "finding_count": 2, "action_count": 1}})");
  EXPECT_EQ(payload_of(blocked()).at("decision_snapshot"), expected);
}

TEST(DecisionPayload, AStatusThatCouldNotBeWrittenIsAFailedAction) {
  const json::value payload = payload_of(blocked(), false);
  EXPECT_EQ(payload.at("decision_snapshot").at("actions").at(0).at("status"), "FAILED");
}

TEST(DecisionPayload, WithoutAStatusTheActionIsTheAuditRowItself) {
  DecisionRecord record = blocked();
  record.new_status = std::nullopt;
  EXPECT_EQ(payload_of(record).at("decision_snapshot").at("actions"),
            (json::array{{{"action_type", "WRITE_AUDIT"}, {"status", "OK"}}}));
}

TEST(DecisionPayload, ATaskWithoutStatusHasANullThere) {
  DecisionRecord record = blocked();
  record.inputs.task = {};
  const json::value inputs = payload_of(record).at("decision_snapshot").at("inputs");
  EXPECT_TRUE(inputs.at("task_status").is_null());
}

TEST(DecisionPayload, AFailedEvaluationSaysWhatFailed) {
  FailedEvaluation failure;
  failure.id = DecisionId("dec-2");
  failure.event = blocked().event;
  failure.error = "rule X: bad pointer";
  failure.attempt = 2;
  failure.policy = "default@1";
  failure.processed_at = kTs + 1s;
  const json::value payload = json::parse(audit_payload(failure));
  EXPECT_EQ(payload.at("decision_id"), "dec-2");
  EXPECT_EQ(payload.at("error"), "rule X: bad pointer");
  EXPECT_EQ(payload.at("attempt"), 2);
  EXPECT_EQ(payload.at("final"), false);
  EXPECT_EQ(payload.at("source_event_ts"), "2026-01-28T10:30:00.000000Z");
  EXPECT_EQ(payload.at("supervisor_processed_at"), "2026-01-28T10:30:01.000000Z");
  EXPECT_EQ(payload.at("context").at("event").at("event_id"), "evt-1");
}

TEST(DecisionId, IsTheSameOnEveryMachineForEver) {
  // printf evt-1 | sha256sum; printf 'evt-1\0002' | sha256sum
  EXPECT_EQ(decision_id_for(EventId("evt-1")).str(), "dec-7b409f932d2c88e97f0c17676c8420d3");
  EXPECT_EQ(decision_id_for(EventId("evt-1"), 2).str(), "dec-9746d5f45c76dbb008ab87f17acff738");
}

TEST(DecisionId, DiffersByEventAndByAttempt) {
  EXPECT_NE(decision_id_for(EventId("evt-1")), decision_id_for(EventId("evt-2")));
  EXPECT_NE(decision_id_for(EventId("evt-1"), 1), decision_id_for(EventId("evt-1"), 2));
  EXPECT_NE(decision_id_for(EventId("evt-1")), decision_id_for(EventId("evt-1"), 1));
}

TEST(DecisionType, IsExactlyThePartAfterThePrefix) {
  EXPECT_EQ(decision_type_of("SUPERVISOR_BLOCKED"), "BLOCKED");
  EXPECT_EQ(decision_type_of("SUPERVISOR_RETRY_RECOMMENDED"), "RETRY_RECOMMENDED");
  for (const char* type : {"", "SUPERVISOR_", "SUPERVISOR", "supervisor_blocked", "supervisor-note",
                           "SUPERVISORxBLOCKED", "TASK_CREATED"}) {
    EXPECT_EQ(decision_type_of(type), std::nullopt) << type;
  }
}

TEST(DecisionType, HasTheAuditTypeOfTheContract) {
  EXPECT_EQ(audit_event_type(DecisionType::allow), "SUPERVISOR_ALLOWED");
  EXPECT_EQ(audit_event_type(DecisionType::pause), "SUPERVISOR_PAUSED");
  EXPECT_EQ(audit_event_type(DecisionType::block), "SUPERVISOR_BLOCKED");
  EXPECT_EQ(audit_event_type(DecisionType::retry), "SUPERVISOR_RETRY_RECOMMENDED");
}

TEST(Names, ReadBackWhatIsWritten) {
  for (const auto type :
       {DecisionType::allow, DecisionType::pause, DecisionType::block, DecisionType::retry}) {
    EXPECT_EQ(parse_decision_type(to_string(type)), type);
  }
  for (const auto severity :
       {Severity::low, Severity::medium, Severity::high, Severity::critical}) {
    EXPECT_EQ(parse_severity(to_string(severity)), severity);
  }
  for (const auto kind :
       {FindingKind::redline, FindingKind::conflict, FindingKind::risk, FindingKind::runtime}) {
    EXPECT_EQ(parse_finding_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(parse_severity("high"), std::nullopt);
}

TEST(ReasonCode, IsTheFirstFindingsCode) {
  EXPECT_EQ(reason_code_of(payload_of(blocked())), "REDLINE_001");
}

TEST(ReasonCode, IsNoneWhereThePayloadHasNone) {
  for (const char* text :
       {"null", "[]", "1", "{}", R"({"decision_snapshot":null})", R"({"decision_snapshot":[]})",
        R"({"decision_snapshot":{}})", R"({"decision_snapshot":{"findings":null}})",
        R"({"decision_snapshot":{"findings":{}}})", R"({"decision_snapshot":{"findings":[]}})",
        R"({"decision_snapshot":{"findings":[null]}})",
        R"({"decision_snapshot":{"findings":["X"]}})",
        R"({"decision_snapshot":{"findings":[{"kind":"RISK"}]}})",
        R"({"decision_snapshot":{"findings":[{"code":7}]}})"}) {
    EXPECT_EQ(reason_code_of(json::parse(text)), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace replay
