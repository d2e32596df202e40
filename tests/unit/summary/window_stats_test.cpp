#include "summary/window_stats.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "audits.h"
#include "registry/registry.h"

namespace replay::summary {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeed = 4'711;

Instant at(const std::string& text) { return *parse_instant(text); }

class Windows : public ::testing::Test {
 protected:
  void SetUp() override { files_.open(); }

  void fold() {
    Summarizer summarizer(files_.registry(), files_.clock, files_.log, [](const auto&) {});
    fold_all(summarizer);
  }

  /// Rows folded, rows not folded yet, and edges that fall on hours, on rows and a microsecond
  /// beside them.
  std::vector<Instant> fill() {
    random_.insert_into(files_, 3'000);
    fold();
    random_.insert_into(files_, 1'200);
    std::vector<Instant> edges{at("2026-01-27T00:00:00Z"), at("2026-01-28T10:00:00Z"),
                               at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")};
    for (int i = 0; i < 12; ++i) {
      edges.push_back(random_.any_instant());
      const Instant row = random_.decisions().at(static_cast<std::size_t>(i) * 97).fact.at;
      edges.insert(edges.end(), {row, row + 1us, row - 1us});
    }
    return edges;
  }

  [[nodiscard]] std::vector<Truth> truth(Instant from, Instant before = Instant::max()) const {
    std::vector<Truth> inside;
    for (const Truth& decision : random_.decisions()) {
      if (decision.fact.at >= from && decision.fact.at < before) inside.push_back(decision);
    }
    return inside;
  }

  DecisionTypeCounts types(Instant from) {
    return ask(files_, [from](const auto& view) { return decision_types(view, from); });
  }
  LagStats lag(Instant from, int percentile) {
    return ask(files_, [=](const auto& view) { return decision_lag(view, from, percentile); });
  }
  BlockedStats blocked(Instant from, std::size_t top_n) {
    return ask(files_, [=](const auto& view) { return blocked_reasons(view, from, top_n); });
  }
  std::vector<SeriesPoint> series(Series of, Step step, Instant from, Instant now) {
    return ask(files_, [=](const auto& view) { return time_series(view, of, step, from, now); });
  }

  testing::TempRegistry files_;
  RandomAudits random_{kSeed};
};

/// Lags ascending, microseconds.
std::vector<std::int64_t> lags_of(const std::vector<Truth>& decisions) {
  std::vector<std::int64_t> lags;
  for (const Truth& decision : decisions) {
    if (decision.fact.lag) lags.push_back(decision.fact.lag->count());
  }
  std::sort(lags.begin(), lags.end());
  return lags;
}

double exact(const std::vector<std::int64_t>& sorted, std::size_t percent) {
  return static_cast<double>(sorted.at((percent * sorted.size() + 99) / 100 - 1)) / 1e6;
}

TEST_F(Windows, CountsAreExactToTheMicrosecond) {
  for (const Instant from : fill()) {
    std::map<std::string, std::uint64_t> expected;
    for (const Truth& decision : truth(from)) ++expected[decision.fact.type];
    const DecisionTypeCounts counted = types(from);
    ASSERT_EQ(counted.types, expected) << format_instant(from) << " seed " << kSeed;
    ASSERT_EQ(counted.total, truth(from).size());
  }
}

TEST_F(Windows, QuantilesAreWithinOnePercentOfTheNearestRank) {
  for (const Instant from : fill()) {
    const std::vector<std::int64_t> lags = lags_of(truth(from));
    const LagStats stats = lag(from, 75);
    ASSERT_EQ(stats.count, lags.size()) << format_instant(from);
    if (lags.empty()) continue;
    ASSERT_NEAR(stats.p50.value(), exact(lags, 50), 0.01 * exact(lags, 50));
    ASSERT_NEAR(stats.at_percentile.value(), exact(lags, 75), 0.01 * exact(lags, 75));
    ASSERT_NEAR(stats.p95.value(), exact(lags, 95), 0.01 * exact(lags, 95));
    ASSERT_NEAR(stats.p99.value(), exact(lags, 99), 0.01 * exact(lags, 99));
  }
}

TEST_F(Windows, TheHighestLagsAreNamed) {
  for (const Instant from : fill()) {
    std::vector<Truth> decisions = truth(from);
    std::erase_if(decisions, [](const Truth& decision) { return !decision.fact.lag; });
    std::sort(decisions.begin(), decisions.end(), [](const Truth& a, const Truth& b) {
      return std::tie(b.fact.lag, a.fact.row) < std::tie(a.fact.lag, b.fact.row);
    });
    const std::vector<LagSample> highest = lag(from, 95).highest;
    ASSERT_EQ(highest.size(), std::min<std::size_t>(5, decisions.size()));
    for (std::size_t i = 0; i < highest.size(); ++i) {
      ASSERT_EQ(highest[i].lag, decisions[i].fact.lag);
      ASSERT_EQ(highest[i].decision.str(), decisions[i].decision_id);
      ASSERT_EQ(highest[i].from_columns, decisions[i].fact.lag_from_columns);
    }
  }
}

TEST_F(Windows, CoverageIsTheShareOfLagsFromTheColumns) {
  fill();
  const Instant from = at("2026-01-27T12:34:56.789Z");
  double from_columns = 0;
  for (const Truth& decision : truth(from)) from_columns += decision.fact.lag_from_columns ? 1 : 0;
  EXPECT_DOUBLE_EQ(lag(from, 95).column_coverage.value(),
                   from_columns / static_cast<double>(lags_of(truth(from)).size()));
}

TEST_F(Windows, BlockedTasksAndReasonsAreExact) {
  for (const Instant from : fill()) {
    std::map<TaskId, std::vector<DecisionFact>> tasks;
    std::map<std::string, std::uint64_t> reasons;
    for (const Truth& decision : truth(from)) {
      if (decision.fact.type != "BLOCKED") continue;
      tasks[decision.fact.task].push_back(decision.fact);
      if (!decision.fact.reason_code.empty()) ++reasons[decision.fact.reason_code];
    }
    const BlockedStats stats = blocked(from, 100);
    ASSERT_EQ(stats.tasks.size(), tasks.size());
    for (const BlockedTask& task : stats.tasks) {
      const std::vector<DecisionFact>& blocks = tasks.at(task.task);
      const DecisionFact& latest =
          *std::max_element(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) {
            return std::tie(a.at, a.row) < std::tie(b.at, b.row);
          });
      ASSERT_EQ(task.block_count, blocks.size());
      ASSERT_EQ(task.last_blocked_at, latest.at);
      ASSERT_EQ(task.reason_code, latest.reason_code);
    }
    ASSERT_EQ((std::map<std::string, std::uint64_t>(stats.reasons.begin(), stats.reasons.end())),
              reasons);
  }
}

TEST_F(Windows, TopNAreTheMostOftenThenTheLatestBlocked) {
  insert(files_,
         {block("often", "A", "2026-01-28T09:00:00Z"), block("often", "B", "2026-01-28T09:10:00Z"),
          block("early", "B", "2026-01-28T10:00:00Z"), block("late", "B", "2026-01-28T11:00:00Z")});
  fold();
  const BlockedStats stats = blocked(Instant{}, 2);
  ASSERT_EQ(stats.tasks.size(), 2U);
  EXPECT_EQ(stats.tasks[0].task, TaskId("often"));
  EXPECT_EQ(stats.tasks[0].reason_code, "B");
  EXPECT_EQ(stats.tasks[1].task, TaskId("late"));
  EXPECT_EQ(stats.reasons,
            (std::vector<std::pair<std::string, std::uint64_t>>{{"B", 3}, {"A", 1}}));
}

TEST_F(Windows, RowsDatedInTheFutureCount) {
  Audit future;
  future.created_at = "2031-01-01T00:00:00Z";
  insert(files_, {future});
  EXPECT_EQ(types(at("2026-01-28T10:00:00Z")).total, 1U);
  fold();
  EXPECT_EQ(types(at("2026-01-28T10:00:00Z")).total, 1U);
}

TEST_F(Windows, WithoutRowsThereIsNothing) {
  EXPECT_EQ(types(Instant{}).total, 0U);
  const LagStats stats = lag(Instant{}, 95);
  EXPECT_EQ(stats.count, 0U);
  EXPECT_EQ(stats.at_percentile, std::nullopt);
  EXPECT_EQ(stats.p50, std::nullopt);
  EXPECT_EQ(stats.column_coverage, std::nullopt);
  EXPECT_TRUE(stats.highest.empty());
  EXPECT_TRUE(blocked(Instant{}, 20).tasks.empty());
}

TEST_F(Windows, SeriesStepsAreExactAndComplete) {
  fill();
  const Instant from = at("2026-01-27T03:20:00.000001Z");
  const Instant now = at("2026-01-29T20:10:00Z");
  for (const Step step : {Step::hour, Step::day}) {
    const Duration length = step == Step::hour ? Duration{1h} : Duration{24h};
    const auto counted = series(Series::decision_types, step, from, now);
    const auto lagging = series(Series::decision_lag, step, from, now);
    const auto blocking = series(Series::blocked_tasks, step, from, now);
    Instant start = step == Step::hour ? at("2026-01-27T03:00:00Z") : at("2026-01-27T00:00:00Z");
    ASSERT_EQ(counted.size(), step == Step::hour ? 66U : 3U);
    ASSERT_EQ(lagging.size(), counted.size());
    ASSERT_EQ(blocking.size(), counted.size());
    for (std::size_t i = 0; i < counted.size(); ++i, start += length) {
      const std::vector<Truth> inside = truth(std::max(from, start), start + length);
      std::set<TaskId> tasks;
      std::uint64_t blocks = 0;
      for (const Truth& decision : inside) {
        if (decision.fact.type != "BLOCKED") continue;
        tasks.insert(decision.fact.task);
        ++blocks;
      }
      ASSERT_EQ(counted[i].start, start);
      ASSERT_EQ(counted[i].decisions.total, inside.size()) << format_instant(start);
      ASSERT_EQ(lagging[i].lag.count, lags_of(inside).size());
      ASSERT_EQ(blocking[i].blocked_tasks, tasks.size());
      ASSERT_EQ(blocking[i].block_count, blocks);
    }
  }
}

TEST_F(Windows, EmptyStepsArePresent) {
  const auto points = series(Series::decision_lag, Step::hour, at("2026-01-28T08:30:00Z"),
                             at("2026-01-28T10:00:00Z"));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points.front().start, at("2026-01-28T08:00:00Z"));
  EXPECT_EQ(points.back().start, at("2026-01-28T10:00:00Z"));
  EXPECT_EQ(points.front().lag.p50, std::nullopt);
}

}  // namespace
}  // namespace replay::summary
