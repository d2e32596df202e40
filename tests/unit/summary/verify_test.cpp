#include "summary/verify.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audits.h"
#include "registry/registry.h"
#include "summary/hour_summary.h"

namespace replay::summary {
namespace {

constexpr const char* kTen = "2026-01-28T10:00:00.000000Z";

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += digits.data();
  }
  return text;
}

/// Two blocks and an allowed decision of lag 1 s at ten, one allowed at eleven; all folded.
class Verifying : public ::testing::Test {
 protected:
  void SetUp() override {
    files_.open();
    Audit slow;
    slow.source_event_ts = "2026-01-28T10:29:59Z";
    slow.supervisor_processed_at = "2026-01-28T10:30:00Z";
    Audit later;
    later.created_at = "2026-01-28T11:00:00Z";
    insert(files_, {block("t-1", "A", "2026-01-28T10:05:00Z"),
                    block("t-1", "B", "2026-01-28T10:06:00Z"), slow, later});
    Summarizer summarizer(files_.registry(), files_.clock, files_.log, [](const auto&) {});
    fold_all(summarizer);
  }

  std::vector<std::string> differences() { return verify(files_.registry().reads()).differences; }

  /// Stores another content for the hour of ten, well encoded.
  void change_ten(const std::function<void(HourSummary&)>& change) {
    const Instant start = *parse_instant(kTen);
    HourSummary summary =
        HourSummary::from_row(*ask(files_, [start](const auto& view) { return view.hour(start); }));
    change(summary);
    files_.exec("UPDATE decision_stats_hourly SET detail = x'" + hex(summary.to_row(start).detail) +
                "' WHERE window_start = '" + kTen + "'");
  }

  testing::TempRegistry files_;
};

TEST_F(Verifying, AgreesWithWhatWasFolded) {
  const Verification result = verify(files_.registry().reads());
  EXPECT_EQ(result.differences, std::vector<std::string>{});
  EXPECT_EQ(result.decisions, 4U);
  EXPECT_EQ(result.hours, 2U);
  EXPECT_EQ(result.rows_behind, 0U);
}

TEST_F(Verifying, RowsNotFoldedYetAreToldNotCompared) {
  insert(files_, {Audit{}});
  const Verification result = verify(files_.registry().reads());
  EXPECT_EQ(result.rows_behind, 1U);
  EXPECT_EQ(result.differences, std::vector<std::string>{});
}

TEST_F(Verifying, FindsAWrongCount) {
  change_ten([](HourSummary& summary) { --summary.decision_types["BLOCKED"]; });
  EXPECT_EQ(differences(),
            std::vector<std::string>{"2026-01-28T10: 2 BLOCKED in the rows, 1 in the summary."});
}

TEST_F(Verifying, FindsATypeThatIsNotThere) {
  change_ten([](HourSummary& summary) { summary.decision_types["PAUSED"] = 3; });
  EXPECT_EQ(differences(),
            std::vector<std::string>{"2026-01-28T10: 0 PAUSED in the rows, 3 in the summary."});
}

TEST_F(Verifying, FindsAWrongLag) {
  change_ten([](HourSummary& summary) {
    summary.lags = QuantileSketch();
    summary.lags.add(1.03);
  });
  const auto found = differences();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(
      found.front().find("2026-01-28T10: the 50th percentile of the lags is 1 s in the rows, 1.0"),
      0U)
      << found.front();
}

TEST_F(Verifying, FindsALagTooMany) {
  change_ten([](HourSummary& summary) { summary.lags.add(1); });
  EXPECT_EQ(differences(),
            std::vector<std::string>{"2026-01-28T10: 1 lags in the rows, 2 in the summary."});
}

TEST_F(Verifying, FindsAWrongSource) {
  change_ten([](HourSummary& summary) { summary.lags_from_columns = 0; });
  EXPECT_EQ(differences(),
            std::vector<std::string>{
                "2026-01-28T10: 1 lags from the columns in the rows, 0 in the summary."});
}

TEST_F(Verifying, FindsAWrongLongestLag) {
  change_ten([](HourSummary& summary) { summary.slowest.clear(); });
  EXPECT_EQ(differences(),
            std::vector<std::string>{
                "2026-01-28T10: the longest lags in the summary are not those of the rows."});
}

TEST_F(Verifying, FindsChangedColumns) {
  files_.exec(
      "UPDATE decision_stats_hourly SET lag_p95 = 2, decision_types = '{\"ALLOWED\":1}' WHERE "
      "window_start = '" +
      std::string(kTen) + "'");
  EXPECT_EQ(differences(),
            (std::vector<std::string>{
                "2026-01-28T10: 2 BLOCKED in the rows, 0 in the column decision_types.",
                "2026-01-28T10: the 95th percentile of the lags is 1 s in the rows, 2 s in the "
                "column lag_p95."}));
}

TEST_F(Verifying, FindsADamagedHour) {
  files_.exec("UPDATE decision_stats_hourly SET detail = x'0100' WHERE window_start = '" +
              std::string(kTen) + "'");
  EXPECT_EQ(differences().size(), 1U);
}

TEST_F(Verifying, FindsAMissingHour) {
  files_.exec("DELETE FROM decision_stats_hourly WHERE window_start = '" + std::string(kTen) + "'");
  EXPECT_EQ(differences(), std::vector<std::string>{
                               "2026-01-28T10: the rows hold decisions, but there is no summary."});
}

TEST_F(Verifying, FindsAnHourTooMany) {
  HourSummary summary;
  DecisionFact fact;
  fact.type = "ALLOWED";
  summary.add(fact);
  files_.exec(
      "INSERT INTO decision_stats_hourly (window_start, decision_types, detail) VALUES "
      "('2026-01-28T15:00:00.000000Z', '{}', x'" +
      hex(summary.to_row({}).detail) + "')");
  EXPECT_EQ(differences(),
            std::vector<std::string>{"2026-01-28T15: 0 ALLOWED in the rows, 1 in the summary."});
}

TEST_F(Verifying, FindsAMissingFact) {
  files_.exec("DELETE FROM decision_replay_facts WHERE audit_row = 3");
  EXPECT_EQ(differences(),
            std::vector<std::string>{"2026-01-28T10: 1 ALLOWED in the rows, 0 in the facts."});
}

TEST_F(Verifying, FindsAChangedFact) {
  files_.exec("UPDATE decision_replay_facts SET lag = lag + 1 WHERE audit_row = 3");
  EXPECT_EQ(differences(),
            std::vector<std::string>{"2026-01-28T10: the facts are not those of the rows."});
}

TEST_F(Verifying, FindsAStrayFact) {
  files_.exec("INSERT INTO decision_replay_facts (at, audit_row, type) VALUES (5, 99, 'ALLOWED')");
  const auto found = differences();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().find("1 facts from "), 0U) << found.front();
}

TEST_F(Verifying, FindsAMissingBlock) {
  files_.exec("DELETE FROM decision_replay_facts WHERE audit_row = 1");
  EXPECT_EQ(differences(),
            (std::vector<std::string>{"2026-01-28T10: 2 BLOCKED in the rows, 1 in the facts.",
                                      "Task t-1: 2 blocks in the rows, 1 in the summary.",
                                      "Reasons: 1 A in the rows, 0 in the summary."}));
}

TEST_F(Verifying, FindsAChangedReason) {
  files_.exec("UPDATE decision_replay_facts SET reason_code = 'A' WHERE audit_row = 2");
  EXPECT_EQ(differences().size(),
            4U);  // the facts, the task's latest, and the count of either reason
}

TEST_F(Verifying, FindsAnAuditThatVanished) {
  files_.exec("DELETE FROM task_audits WHERE audit_id = 4");
  EXPECT_EQ(differences(),
            (std::vector<std::string>{"2026-01-28T11: 0 ALLOWED in the rows, 1 in the summary.",
                                      "2026-01-28T11: 0 ALLOWED in the rows, 1 in the column "
                                      "decision_types.",
                                      "2026-01-28T11: 0 ALLOWED in the rows, 1 in the facts."}));
}

TEST_F(Verifying, FindsAnAuditThatWasInserted) {
  files_.exec(
      "INSERT INTO task_audits (audit_id, task_id, event_type, created_at) VALUES "
      "(-1, 't', 'SUPERVISOR_PAUSED', '2026-01-28T12:00:00Z');"
      "DELETE FROM task_audits WHERE audit_id = 3;"
      "INSERT INTO task_audits (audit_id, task_id, event_type, created_at) VALUES "
      "(3, 't', 'SUPERVISOR_PAUSED', '2026-01-28T12:00:00Z')");
  const auto found = differences();
  EXPECT_NE(
      std::ranges::find(found, "2026-01-28T12: the rows hold decisions, but there is no summary."),
      found.end());
  EXPECT_EQ(found.back(),
            "Audit rows up to row id 0 are in no summary yet; let the daemon finish its backfill.");
}

TEST_F(Verifying, FindsAnAuditThatWasChanged) {
  files_.exec("UPDATE task_audits SET created_at = '2026-01-28T10:07:00Z' WHERE audit_id = 2");
  EXPECT_EQ(differences(),
            (std::vector<std::string>{
                "2026-01-28T10: the facts are not those of the rows.",
                "Task t-1: the latest block is 2026-01-28T10:07:00.000000Z \"B\" in the rows, "
                "2026-01-28T10:06:00.000000Z \"B\" in the summary."}));
}

TEST_F(Verifying, FindsFlawsThatAreNotOnRecordOrNoMore) {
  files_.exec(
      "UPDATE task_audits SET payload = '[]' WHERE audit_id = 3;"
      "INSERT INTO decision_replay_flaws (audit_row, flaw) VALUES (4, 3)");
  EXPECT_EQ(differences(), (std::vector<std::string>{
                               "Row 4: snapshot_no_object is on record, but not so in the row.",
                               "Row 3: payload_no_object is not on record."}));
}

TEST_F(Verifying, FindsPayloadIdsThatAreNotOnRecordOrNoMore) {
  files_.exec(
      "UPDATE task_audits SET payload = '{\"decision_id\":\"x\"}' WHERE audit_id = 3;"
      "INSERT INTO decision_replay_ids (decision_id, audit_row) VALUES ('y', 4)");
  EXPECT_EQ(differences(), (std::vector<std::string>{
                               "Row 4: the decision id \"y\" is on record, but not so in the row.",
                               "Row 3: the decision id \"x\" is not on record."}));
}

TEST_F(Verifying, SaysThatARebuildIsUnderWay) {
  files_.registry().writes().write_now([](registry::WriteTransaction& tx) {
    tx.begin_rebuild();
    return true;
  });
  EXPECT_EQ(differences(), std::vector<std::string>{
                               "The summaries are being rebuilt; verify them once that is done."});
}

TEST(VerifyingNothing, ARegistryThatWasNeverSummarisedIsSaidToBeSo) {
  testing::TempRegistry files;
  files.exec(testing::v24_tables());
  insert(files, {Audit{}});
  files.open();
  const auto found = verify(files.registry().reads()).differences;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().find("No summary was ever built"), 0U);
}

TEST(VerifyingNothing, AnEmptyRegistryAgrees) {
  testing::TempRegistry files;
  files.open();
  EXPECT_TRUE(verify(files.registry().reads()).differences.empty());
}

}  // namespace
}  // namespace replay::summary
