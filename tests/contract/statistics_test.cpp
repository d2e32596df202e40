#include <set>

#include <gtest/gtest.h>

#include "base/time.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/oracle.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct WindowCase {
  std::string text;
  Duration length;
};
const std::vector<WindowCase> kWindows{
    {"17m", minutes{17}}, {"1h", hours{1}},  {"90m", minutes{90}},   {"5h", hours{5}},
    {"24h", hours{24}},   {"2d", hours{48}}, {"90d", hours{90 * 24}}};

/// An answer of the daemon with the oracle's of just before and just after: the window moves on
/// while the daemon answers, so its answer is one of the two (rows are a minute apart).
template <class Oracle>
auto bracket(const Duration& window, const Oracle& oracle,
             const std::function<json::value()>& ask) {
  const Instant before = SystemClock().now() - window;
  json::value answer = ask();
  const Instant after = SystemClock().now() - window;
  return std::tuple(std::move(answer), oracle(before), oracle(after));
}

/// A daemon over a registry with every kind of row, once its summaries are complete.
class Statistics : public ::testing::TestWithParam<RegistryShape> {
 protected:
  Statistics()
      : built_(build_registry(path(), GetParam())),
        daemon_({.registry = path(), .config = {}, .flags = {}}) {
    daemon_.settle();
  }
  std::filesystem::path path() const { return directory_.file("registry.sqlite"); }

  TempDir directory_;
  BuiltRegistry built_;
  TestDaemon daemon_;
};

const RegistryShape kMixed{.seed = 3, .orphans = 20, .bad_json = 20, .bad_timestamps = 20};
const RegistryShape kV14{.seed = 4, .v14 = true, .upstream_indexes = false, .bad_json = 10};
const RegistryShape kTextIds{.seed = 5, .mixed_timestamps = true, .text_audit_ids = true};

INSTANTIATE_TEST_SUITE_P(Registries, Statistics, ::testing::Values(kMixed, kV14, kTextIds),
                         [](const auto& shape) {
                           return "Seed" + std::to_string(shape.param.seed);
                         });

TEST_P(Statistics, CountsOfDecisionTypesAreExactToTheInstant) {
  for (const WindowCase& window : kWindows) {
    const auto [answer, before, after] = bracket(
        window.length, [&](Instant from) { return oracle::decision_types(built_, from); },
        [&] { return daemon_.ask("/stats/decision-types?window=" + window.text); });
    std::map<std::string, std::int64_t> counts;
    std::int64_t total = 0;
    for (const auto& [type, count] : at(answer, "/decision_types").as_object()) {
      counts[type] = count.as_int64();
      total += count.as_int64();
    }
    EXPECT_TRUE(counts == before || counts == after) << window.text << " " << answer;
    EXPECT_EQ(int_at(answer, "/total"), total);
    EXPECT_EQ(text_at(answer, "/window"), window.text);
  }
}

TEST_P(Statistics, QuantilesOfTheLagAreWithinOnePercent) {
  for (const WindowCase& window : kWindows) {
    for (const int percentile : {50, 75, 90, 95, 99}) {
      const auto [answer, before, after] = bracket(
          window.length, [&](Instant from) { return oracle::lags(built_, from); },
          [&] {
            return daemon_.ask("/stats/decision-lag?window=" + window.text +
                               "&pctl=" + std::to_string(percentile));
          });
      const auto count = static_cast<std::size_t>(int_at(answer, "/count"));
      EXPECT_TRUE(count == before.size() || count == after.size())
          << window.text << ": " << count << " instead of " << before.size();
      if (before.empty() || after.empty()) continue;
      const std::vector<double>& lags = count == before.size() ? before : after;
      const double exact = oracle::quantile(lags, percentile);
      EXPECT_NEAR(real_at(answer, "/value"), exact, exact / 100)
          << window.text << " " << percentile;
      EXPECT_NEAR(real_at(answer, "/p50"), oracle::quantile(lags, 50),
                  oracle::quantile(lags, 50) / 100);
      EXPECT_NEAR(real_at(answer, "/p95"), oracle::quantile(lags, 95),
                  oracle::quantile(lags, 95) / 100);
      EXPECT_NEAR(real_at(answer, "/p99"), oracle::quantile(lags, 99),
                  oracle::quantile(lags, 99) / 100);
      EXPECT_EQ(int_at(answer, "/percentile"), percentile);
      EXPECT_EQ(text_at(answer, "/query_method"), "summary");
    }
  }
}

TEST_P(Statistics, SamplesAreTheHighestLagsAndCoverageTheShareOfTheColumns) {
  const auto [answer, lags, unused] = bracket(
      hours{24}, [&](Instant from) { return oracle::lags(built_, from); },
      [&] { return daemon_.ask("/stats/decision-lag?window=24h"); });
  const json::array& samples = array_at(answer, "/samples");
  ASSERT_EQ(samples.size(), 5U);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_NEAR(real_at(samples[i], "/lag_ms"), 1000 * lags[lags.size() - 1 - i], 1.0);
    const std::string id = text_at(samples[i], "/decision_id");
    const auto row = std::ranges::find(built_.rows, id, &BuiltRow::decision_id);
    ASSERT_NE(row, built_.rows.end()) << id;
    EXPECT_NEAR(real_at(samples[i], "/lag_ms"), 1000 * to_seconds(*row->lag), 1.0);
    EXPECT_FALSE(text_at(samples[i], "/source").empty());
  }
  double in_columns = 0;
  const Instant from = SystemClock().now() - hours{24};
  for (const BuiltRow& row : built_.rows) {
    in_columns += row.created_at && *row.created_at >= from && row.lag &&
                  *row.lag >= Duration::zero() && row.lag_in_columns;
  }
  EXPECT_NEAR(real_at(answer, "/redundant_column_coverage"),
              in_columns / static_cast<double>(lags.size()), 0.01);
}

TEST_P(Statistics, BlockedTasksAreThoseOfTheWindowInOrder) {
  for (const WindowCase& window : kWindows) {
    const auto [answer, before, after] = bracket(
        window.length, [&](Instant from) { return oracle::blocked_tasks(built_, from); },
        [&] { return daemon_.ask("/stats/blocked-reasons?top_n=7&window=" + window.text); });
    const json::array& tasks = array_at(answer, "/blocked_tasks");
    ASSERT_EQ(tasks.size(), std::min<std::size_t>(7, before.size())) << window.text;
    EXPECT_EQ(int_at(answer, "/top_n"), 7);
    if (before.size() != after.size()) continue;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      EXPECT_EQ(text_at(tasks[i], "/task_id"), before[i].task) << window.text << " " << i;
      EXPECT_EQ(int_at(tasks[i], "/block_count"), before[i].count);
      EXPECT_EQ(parse_instant(text_at(tasks[i], "/last_blocked_at")), before[i].last);
      EXPECT_EQ(at(tasks[i], "/reason_code"),
                before[i].code.empty() ? json::value() : json::value(before[i].code));
    }
  }
}

TEST_P(Statistics, ReasonsAreCountedByCode) {
  for (const WindowCase& window : kWindows) {
    const auto [answer, before, after] = bracket(
        window.length, [&](Instant from) { return oracle::reasons(built_, from); },
        [&] { return daemon_.ask("/stats/blocked-reasons?window=" + window.text); });
    std::map<std::string, std::int64_t> counts;
    std::int64_t previous = std::numeric_limits<std::int64_t>::max();
    for (const json::value& reason : array_at(answer, "/reasons")) {
      if (at(reason, "/code").is_null()) continue;
      counts[text_at(reason, "/code")] = int_at(reason, "/count");
      EXPECT_LE(int_at(reason, "/count"), previous) << "not in order";
      previous = int_at(reason, "/count");
    }
    EXPECT_TRUE(counts == before || counts == after) << window.text << " " << answer;
  }
}

TEST_P(Statistics, TimeseriesAddUpStepByStep) {
  const json::value answer =
      daemon_.ask("/stats/timeseries?series=decision-types&window=2d&step=hour");
  const json::array& points = array_at(answer, "/points");
  ASSERT_GE(points.size(), 48U);
  ASSERT_LE(points.size(), 49U);
  // Whole hours only: how the cut first one and the running last one count is not compared.
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const Instant start = parse_instant(text_at(points[i], "/ts")).value();
    EXPECT_EQ(start, floor_hour(start));
    EXPECT_EQ(start, parse_instant(text_at(points[i - 1], "/ts")).value() + hours{1});
    auto expected = oracle::decision_types(built_, start);
    for (const auto& [type, count] : oracle::decision_types(built_, start + hours{1})) {
      if ((expected[type] -= count) == 0) expected.erase(type);
    }
    std::map<std::string, std::int64_t> counts;
    for (const auto& [type, count] : at(points[i], "/decision_types").as_object()) {
      counts[type] = count.as_int64();
    }
    EXPECT_EQ(counts, expected) << points[i];
  }
}

TEST_P(Statistics, TimeseriesOfBlockedTasksCountTasksOnce) {
  const json::value answer =
      daemon_.ask("/stats/timeseries?series=blocked-tasks&window=2d&step=hour");
  for (const json::value& point : array_at(answer, "/points")) {
    const Instant start = parse_instant(text_at(point, "/ts")).value();
    if (start + hours{1} > SystemClock().now() || start < SystemClock().now() - hours{48}) continue;
    std::set<std::string> tasks;
    std::int64_t blocks = 0;
    for (const BuiltRow& row : built_.rows) {
      if (!row.created_at || *row.created_at < start || *row.created_at >= start + hours{1} ||
          oracle::decision_type(row) != "BLOCKED") {
        continue;
      }
      tasks.insert(row.task);
      ++blocks;
    }
    EXPECT_EQ(int_at(point, "/blocked_tasks"), static_cast<std::int64_t>(tasks.size())) << point;
    EXPECT_EQ(int_at(point, "/block_count"), blocks) << point;
  }
}

TEST_P(Statistics, ALateRowCountsInTheHourOfItsCreation) {
  ForeignWriter agentos(path());
  const auto total = [&](const std::string& window) {
    return int_at(daemon_.ask("/stats/decision-types?window=" + window), "/total");
  };
  const std::int64_t in_five_days = total("5d");
  const std::int64_t in_three_days = total("80h");
  const Instant late = SystemClock().now() - hours{100};
  agentos.audit("task-1", "SUPERVISOR_ALLOWED", "{}", format_instant(late));
  wait_until("the late row to be counted", [&] { return total("5d") == in_five_days + 1; });
  EXPECT_EQ(total("80h"), in_three_days);
}

TEST(StatisticsOfNothing, AreNullAndEmpty) {
  TestDaemon daemon;
  const json::value lag = daemon.ask("/stats/decision-lag");
  for (const char* member : {"/value", "/p50", "/p95", "/p99", "/redundant_column_coverage"}) {
    EXPECT_TRUE(at(lag, member).is_null()) << member;
  }
  EXPECT_EQ(int_at(lag, "/count"), 0);
  EXPECT_EQ(int_at(lag, "/percentile"), 95);
  EXPECT_EQ(text_at(lag, "/window"), "24h");
  EXPECT_TRUE(array_at(lag, "/samples").empty());

  const json::value types = daemon.ask("/stats/decision-types");
  EXPECT_EQ(types,
            (json::value{{"window", "24h"}, {"decision_types", json::object{}}, {"total", 0}}));

  const json::value blocked = daemon.ask("/stats/blocked-reasons");
  EXPECT_EQ(text_at(blocked, "/window"), "7d");
  EXPECT_EQ(int_at(blocked, "/top_n"), 20);
  EXPECT_TRUE(array_at(blocked, "/blocked_tasks").empty());
  EXPECT_TRUE(array_at(blocked, "/reasons").empty());

  for (const std::string series : {"decision-lag", "decision-types", "blocked-tasks"}) {
    const json::value answer =
        daemon.ask("/stats/timeseries?series=" + series + "&window=7d&step=day");
    EXPECT_EQ(text_at(answer, "/series"), series);
    EXPECT_EQ(text_at(answer, "/step"), "day");
    EXPECT_GE(array_at(answer, "/points").size(), 7U) << "empty steps are present";
  }
  const json::value point =
      daemon.ask("/stats/timeseries?series=decision-lag&window=1h&step=hour").at("points").at(0);
  EXPECT_TRUE(at(point, "/p95").is_null());
  EXPECT_EQ(int_at(point, "/count"), 0);
}

TEST(StatisticsNow, ADecisionJustMadeIsCounted) {
  TestDaemon daemon;
  daemon.decide(
      json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
  const json::value types = daemon.ask("/stats/decision-types?window=1m");
  EXPECT_EQ(at(types, "/decision_types"), (json::value{{"ALLOWED", 1}, {"BLOCKED", 1}}));
  EXPECT_EQ(int_at(daemon.ask("/stats/decision-lag?window=1m"), "/count"), 2);
  const json::value blocked = daemon.ask("/stats/blocked-reasons?window=1m");
  EXPECT_EQ(text_at(blocked, "/blocked_tasks/0/task_id"), "task-2");
  EXPECT_EQ(int_at(blocked, "/reasons/0/count"), 1);
}

TEST(StatisticsNow, AnUnderscoreIsNoWildcard) {
  TestDaemon daemon;
  daemon.decide(created("evt-1", "task-1"));
  ForeignWriter agentos(daemon.registry());
  const std::string now = format_instant(SystemClock().now());
  agentos.audit("task-1", "supervisor-note", "{}", now);
  agentos.audit("task-1", "SUPERVISORX_ALLOWED", "{}", now);
  agentos.audit("task-1", "SUPERVISOR_PAUSED", "{}", now);
  wait_until("the last row to be counted", [&] {
    return has(daemon.ask("/stats/decision-types?window=1h"), "/decision_types/PAUSED");
  });
  EXPECT_EQ(at(daemon.ask("/stats/decision-types?window=1h"), "/decision_types"),
            (json::value{{"ALLOWED", 1}, {"PAUSED", 1}}));
}

}  // namespace
}  // namespace replay::testing
