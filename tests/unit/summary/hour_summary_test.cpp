#include "summary/hour_summary.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace replay::summary {
namespace {

using namespace std::chrono_literals;

constexpr Instant kHour = from_micros(1'769'594'400'000'000);  // 2026-01-28T10:00:00Z

DecisionFact decision(RowId row, std::string type, std::optional<Duration> lag,
                      bool from_columns = true) {
  DecisionFact fact;
  fact.at = kHour;
  fact.row = row;
  fact.type = std::move(type);
  fact.lag = lag;
  fact.lag_from_columns = lag && from_columns;
  return fact;
}

std::vector<DecisionFact> many_decisions() {
  constexpr unsigned kSeed = 7;
  std::mt19937_64 random(kSeed);
  std::vector<DecisionFact> decisions;
  for (RowId row = 1; row <= 300; ++row) {
    const auto lag = random() % 5 == 0
                         ? std::nullopt
                         : std::optional(Duration{random() % 40 * 1'000});  // many ties
    decisions.push_back(
        decision(row, random() % 2 == 0 ? "ALLOWED" : "BLOCKED", lag, random() % 3 == 0));
  }
  return decisions;
}

HourSummary summary_of(const std::vector<DecisionFact>& decisions) {
  HourSummary summary;
  for (const DecisionFact& fact : decisions) summary.add(fact);
  return summary;
}

TEST(HourSummary, CountsTypesAndLags) {
  const HourSummary summary =
      summary_of({decision(1, "ALLOWED", 100ms), decision(2, "ALLOWED", std::nullopt),
                  decision(3, "BLOCKED", 200ms, false)});
  EXPECT_EQ(summary.decision_types,
            (std::map<std::string, std::uint64_t>{{"ALLOWED", 2}, {"BLOCKED", 1}}));
  EXPECT_EQ(summary.lags.count(), 2U);
  EXPECT_EQ(summary.lags_from_columns, 1U);
}

TEST(HourSummary, KeepsTheFiveLongestLags) {
  HourSummary summary;
  for (RowId row = 1; row <= 8; ++row)
    summary.add(decision(row, "ALLOWED", std::chrono::seconds{row}));
  ASSERT_EQ(summary.slowest.size(), HourSummary::kSlowest);
  EXPECT_EQ(summary.slowest.front(), (SlowDecision{8, 8s, true}));
  EXPECT_EQ(summary.slowest.back(), (SlowDecision{4, 4s, true}));
}

TEST(HourSummary, IsTheSameInAnyOrder) {
  std::vector<DecisionFact> decisions = many_decisions();
  const HourSummary ascending = summary_of(decisions);
  std::reverse(decisions.begin(), decisions.end());
  EXPECT_EQ(summary_of(decisions), ascending);
}

TEST(HourSummary, AnySplitMergesToTheWhole) {
  const std::vector<DecisionFact> decisions = many_decisions();
  const HourSummary whole = summary_of(decisions);
  for (const std::ptrdiff_t split : {0, 1, 150, 299, 300}) {
    HourSummary merged = summary_of({decisions.begin() + split, decisions.end()});
    merged.merge(summary_of({decisions.begin(), decisions.begin() + split}));
    EXPECT_EQ(merged, whole) << split;
  }
}

TEST(HourSummary, ReadsBackWhatItStores) {
  const HourSummary summary = summary_of(many_decisions());
  EXPECT_EQ(HourSummary::from_row(summary.to_row(kHour)), summary);
  EXPECT_EQ(HourSummary::from_row(HourSummary().to_row(kHour)), HourSummary());
}

TEST(HourSummary, FillsTheColumnsThatSqlReads) {
  const HourRow row =
      summary_of({decision(1, "ALLOWED", 1s), decision(2, "BLOCKED", 4s)}).to_row(kHour);
  EXPECT_EQ(row.start, kHour);
  EXPECT_EQ(row.decision_types, R"({"ALLOWED":1,"BLOCKED":1})");
  EXPECT_NEAR(row.lag_p50.value(), 1, 0.01);
  EXPECT_NEAR(row.lag_p95.value(), 4, 0.04);
}

TEST(HourSummary, WithoutLagsItsQuantilesAreNone) {
  const HourRow row = summary_of({decision(1, "ALLOWED", std::nullopt)}).to_row(kHour);
  EXPECT_EQ(row.lag_p50, std::nullopt);
  EXPECT_EQ(row.lag_p95, std::nullopt);
}

TEST(HourSummary, ForeignTypeNamesSurvive) {
  const HourSummary summary =
      summary_of({decision(1, std::string("A\0\"\n\xff", 5), 1s), decision(2, "", 1s)});
  EXPECT_EQ(HourSummary::from_row(summary.to_row(kHour)), summary);
}

TEST(HourSummary, EveryCutDetailIsRefused) {
  HourRow row = summary_of(many_decisions()).to_row(kHour);
  const std::string detail = row.detail;
  for (std::size_t size = 0; size < detail.size(); ++size) {
    row.detail = detail.substr(0, size);
    EXPECT_THROW((void)HourSummary::from_row(row), Error) << size;
  }
  row.detail = detail + '\0';
  EXPECT_THROW((void)HourSummary::from_row(row), Error);
}

TEST(HourSummary, AnotherVersionIsRefusedWithAHint) {
  HourRow row = summary_of(many_decisions()).to_row(kHour);
  row.detail.front() = 2;
  try {
    (void)HourSummary::from_row(row);
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_NE(std::string(error.what()).find("summary rebuild"), std::string::npos);
  }
}

}  // namespace
}  // namespace replay::summary
