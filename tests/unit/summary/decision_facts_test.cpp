#include "summary/decision_facts.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "summary/exact.h"

namespace replay::summary {
namespace {

using namespace std::chrono_literals;

constexpr Instant kAt = from_micros(1'769'596'200'000'000);  // 2026-01-28T10:30:00Z
constexpr const char* kSource = "2026-01-28T10:29:59Z";
constexpr const char* kProcessed = "2026-01-28T12:29:59.250+02:00";

AuditRow audit(std::string event_type, std::optional<std::string> payload) {
  AuditRow row;
  row.row = 7;
  row.task = TaskId("task-1");
  row.event_type = std::move(event_type);
  row.created_at = kAt;
  row.payload = std::move(payload);
  return row;
}

AuditRow with_columns(std::optional<std::string> source, std::optional<std::string> processed,
                      std::optional<std::string> payload = "{}") {
  AuditRow row = audit("SUPERVISOR_ALLOWED", std::move(payload));
  row.source_event_ts = std::move(source);
  row.supervisor_processed_at = std::move(processed);
  return row;
}

TEST(Facts, ADecisionAddsItsTypeTimeAndLag) {
  const AuditFacts facts = facts_of(with_columns(kSource, kProcessed));
  ASSERT_TRUE(facts.fact);
  EXPECT_EQ(facts.fact->at, kAt);
  EXPECT_EQ(facts.fact->row, 7);
  EXPECT_EQ(facts.fact->type, "ALLOWED");
  EXPECT_EQ(facts.fact->lag, Duration{250ms});
  EXPECT_TRUE(facts.fact->lag_from_columns);
  EXPECT_TRUE(facts.flaws.empty());
}

TEST(Facts, OtherAuditsAreNoDecisions) {
  for (const char* type :
       {"TASK_CREATED", "supervisor-note", "SUPERVISOR_", "MANUAL_UNBLOCK", ""}) {
    EXPECT_FALSE(facts_of(audit(type, "{}")).fact) << type;
  }
}

TEST(Facts, LagIsReadFromThePayloadWhereTheColumnsAreAbsent) {
  const std::string payload =
      R"({"source_event_ts":"2026-01-28T12:29:59+02:00","supervisor_processed_at":"2026-01-28T10:30:00.5Z"})";
  const AuditFacts facts = facts_of(with_columns(std::nullopt, std::nullopt, payload));
  EXPECT_EQ(facts.fact->lag, Duration{1500ms});
  EXPECT_FALSE(facts.fact->lag_from_columns);
}

TEST(Facts, AColumnWinsOverThePayloadsMember) {
  const std::string payload =
      R"({"source_event_ts":"2020-01-01T00:00:00Z","supervisor_processed_at":"2020-01-02T00:00:00Z"})";
  EXPECT_EQ(facts_of(with_columns(kSource, kProcessed, payload)).fact->lag, Duration{250ms});
}

TEST(Facts, OneMissingColumnIsTakenFromThePayload) {
  const AuditFacts facts =
      facts_of(with_columns(kSource, "", R"({"supervisor_processed_at":"2026-01-28T10:30:00Z"})"));
  EXPECT_EQ(facts.fact->lag, Duration{1s});
  EXPECT_FALSE(facts.fact->lag_from_columns);
}

struct NoLag {
  const char* why;
  AuditRow row;
};

TEST(Facts, ALagThatIsNegativeOrUnreadableIsLeftOut) {
  const NoLag cases[] = {
      {"negative", with_columns(kProcessed, kSource)},
      {"unreadable source", with_columns("yesterday", kProcessed)},
      {"unreadable end", with_columns(kSource, "12")},
      {"only the source", with_columns(kSource, std::nullopt)},
      {"payload is a list", with_columns(std::nullopt, std::nullopt, "[1,2]")},
      {"payload is no JSON", with_columns(std::nullopt, std::nullopt, "{not json")},
      {"payload is NULL", with_columns(std::nullopt, std::nullopt, std::nullopt)},
      {"payload's times are no texts",
       with_columns(std::nullopt, std::nullopt,
                    R"({"source_event_ts":1,"supervisor_processed_at":null})")},
  };
  for (const NoLag& of : cases) {
    const AuditFacts facts = facts_of(of.row);
    ASSERT_TRUE(facts.fact) << of.why;
    EXPECT_EQ(facts.fact->lag, std::nullopt) << of.why;
    EXPECT_FALSE(facts.fact->lag_from_columns) << of.why;
  }
}

TEST(Facts, ALagOfZeroCounts) {
  EXPECT_EQ(facts_of(with_columns(kSource, kSource)).fact->lag, Duration{});
}

TEST(Facts, ABlockAddsItsTaskAndReason) {
  const AuditFacts facts = facts_of(
      audit("SUPERVISOR_BLOCKED",
            R"({"decision_snapshot":{"findings":[{"code":"REDLINE_001"},{"code":"X"}]}})"));
  EXPECT_EQ(facts.fact->task, TaskId("task-1"));
  EXPECT_EQ(facts.fact->reason_code, "REDLINE_001");
}

TEST(Facts, ABlockWithoutAReadableReasonHasNone) {
  for (const char* payload : {"{}", "[]", "nonsense", R"({"decision_snapshot":null})",
                              R"({"decision_snapshot":{"findings":[{}]}})"}) {
    const AuditFacts facts = facts_of(audit("SUPERVISOR_BLOCKED", payload));
    ASSERT_TRUE(facts.fact) << payload;
    EXPECT_EQ(facts.fact->task, TaskId("task-1")) << payload;
    EXPECT_EQ(facts.fact->reason_code, "") << payload;
  }
}

TEST(Facts, OnlyABlockKeepsItsTask) {
  EXPECT_TRUE(facts_of(audit("SUPERVISOR_PAUSED", "{}")).fact->task.empty());
}

TEST(Facts, AnUnreadableTimeIsAFlawAndNoDecision) {
  AuditRow row = audit("SUPERVISOR_ALLOWED", R"({"decision_id":"dec-1"})");
  row.created_at = std::nullopt;
  const AuditFacts facts = facts_of(row);
  EXPECT_FALSE(facts.fact);
  EXPECT_EQ(facts.flaws, std::vector{Flaw::timestamp});
  EXPECT_EQ(facts.payload_id, DecisionId("dec-1"));
}

TEST(Facts, APayloadThatIsNoJsonIsAFlawOfAnyAudit) {
  for (const char* type : {"TASK_CREATED", "SUPERVISOR_BLOCKED"}) {
    EXPECT_EQ(facts_of(audit(type, "{oops")).flaws, std::vector{Flaw::payload}) << type;
    EXPECT_EQ(facts_of(audit(type, "")).flaws, std::vector{Flaw::payload}) << type;
    EXPECT_TRUE(facts_of(audit(type, std::nullopt)).flaws.empty()) << type;
    EXPECT_EQ(facts_of(audit(type, " [1]")).flaws, std::vector{Flaw::no_object}) << type;
  }
}

/// The flaws as facts_of() and the verification's own reading see them, which must be the same.
std::vector<Flaw> flaws_of(const AuditRow& row) {
  std::vector<Flaw> flaws = facts_of(row).flaws;
  std::sort(flaws.begin(), flaws.end());
  const std::set<Flaw> exact = exact_row(row).flaws;
  EXPECT_EQ(flaws, std::vector(exact.begin(), exact.end()));
  return flaws;
}

TEST(Facts, ASnapshotThatIsNoObjectIsAFlaw) {
  for (const char* snapshot : {"null", "[]", "5", "\"text\""}) {
    const auto row =
        audit("SUPERVISOR_ALLOWED", R"({"decision_snapshot":)" + std::string(snapshot) + "}");
    EXPECT_EQ(flaws_of(row), std::vector{Flaw::snapshot}) << snapshot;
  }
}

TEST(Facts, ADecisionWithoutASnapshotIsNone) {
  EXPECT_TRUE(flaws_of(audit("SUPERVISOR_ALLOWED", R"({"reason":"ok"})")).empty());
  EXPECT_TRUE(flaws_of(audit("TASK_CREATED", R"({"decision_snapshot":null})")).empty());
}

TEST(Facts, AFindingWithoutACodeIsAFlaw) {
  for (const char* findings :
       {"[{}]", "[null]", R"([{"code":"A"},{"code":""}])", R"([{"code":7}])", "{}", "\"none\""}) {
    const auto row = audit("SUPERVISOR_BLOCKED",
                           R"({"decision_snapshot":{"findings":)" + std::string(findings) + "}}");
    EXPECT_EQ(flaws_of(row), std::vector{Flaw::finding}) << findings;
  }
  for (const char* findings : {"[]", "null", R"([{"code":"A"}])"}) {
    const auto row = audit("SUPERVISOR_BLOCKED",
                           R"({"decision_snapshot":{"findings":)" + std::string(findings) + "}}");
    EXPECT_TRUE(flaws_of(row).empty()) << findings;
  }
}

TEST(Facts, ALagTimeThatCannotBeReadIsAFlaw) {
  EXPECT_EQ(flaws_of(with_columns("soon", kProcessed)), std::vector{Flaw::lag_unreadable});
  EXPECT_EQ(flaws_of(with_columns(kSource, "1769596200")), std::vector{Flaw::lag_unreadable});
  EXPECT_EQ(flaws_of(with_columns(std::nullopt, std::nullopt, R"({"source_event_ts":17})")),
            std::vector{Flaw::lag_unreadable});
  EXPECT_TRUE(flaws_of(with_columns(kSource, std::nullopt, R"({"source_event_ts":17})")).empty());
  EXPECT_TRUE(flaws_of(with_columns("", "", R"({"source_event_ts":""})")).empty());
}

TEST(Facts, AHalfNaivePairIsAFlawAndItsNaiveHalfIsUtc) {
  const AuditRow row = with_columns("2026-01-28 10:29:59", "2026-01-28T12:30:00+02:00");
  EXPECT_EQ(flaws_of(row), std::vector{Flaw::lag_half_naive});
  EXPECT_EQ(facts_of(row).fact->lag, Duration{1s});
  EXPECT_TRUE(flaws_of(with_columns("2026-01-28 10:29:59", "2026-01-28T10:30:00")).empty());
}

TEST(Facts, NothingInARowStopsTheReading) {
  const std::string nul("a\0b", 3);
  for (const std::string& text : {nul, std::string("\xff\xfe"), std::string("\xed\xa0\x80"),
                                  std::string("1e999999"), std::string(300, '[')}) {
    AuditRow row = audit("SUPERVISOR_" + text, text);
    row.decision_id = row.source_event_ts = row.supervisor_processed_at = text;
    EXPECT_FALSE(flaws_of(row).empty());
    EXPECT_EQ(facts_of(row).fact->type, text);
    EXPECT_EQ(facts_of(row).fact, exact_row(row).decision);
  }
}

TEST(Facts, ThePayloadsIdIsToldWhereTheRowHasNone) {
  AuditRow row = audit("SUPERVISOR_ALLOWED", R"({"decision_id":"dec-1"})");
  EXPECT_EQ(facts_of(row).payload_id, DecisionId("dec-1"));
  row.decision_id = "dec-1";
  EXPECT_EQ(facts_of(row).payload_id, std::nullopt);
}

TEST(Facts, AnIdThatIsNoTextIsNone) {
  for (const char* payload :
       {R"({"decision_id":""})", R"({"decision_id":5})", R"({"decision_id":null})", "{}", "[]"}) {
    EXPECT_EQ(facts_of(audit("SUPERVISOR_ALLOWED", payload)).payload_id, std::nullopt) << payload;
  }
}

}  // namespace
}  // namespace replay::summary
