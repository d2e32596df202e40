#include "alerting/history.h"

#include <gtest/gtest.h>

namespace replay::alerting {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() { history_.keep({.metrics = {"m"}, .range = minutes{10}}); }

  static Sample sample(double value) { return {{{"__name__", "m"}}, value}; }
  std::optional<double> at(Duration when) const {
    const auto found = history_.select({.metric = "m", .matchers = {}});
    return found.empty() ? std::nullopt : found.front()->at(Instant{} + when);
  }

  History history_;
};

TEST_F(HistoryTest, SeriesHasItsNewestValueForFiveMinutes) {
  history_.add(Instant{}, {sample(1)});
  EXPECT_EQ(at(minutes{5}), 1);
  EXPECT_EQ(at(minutes{5} + seconds{1}), std::nullopt);
}

TEST_F(HistoryTest, SeriesThatAScrapeLacksIsGoneAtOnce) {
  history_.add(Instant{}, {sample(1)});
  history_.add(Instant{} + minutes{1}, {});
  EXPECT_EQ(at(seconds{59}), 1);
  EXPECT_EQ(at(minutes{1}), std::nullopt);
  history_.add(Instant{} + minutes{2}, {sample(2)});
  EXPECT_EQ(at(minutes{2}), 2);
}

TEST_F(HistoryTest, KeepsOnlyWhatIsNeeded) {
  history_.add(Instant{}, {sample(1), {{{"__name__", "other"}}, 1}});
  EXPECT_TRUE(history_.select({.metric = "other", .matchers = {}}).empty());
  for (int minute = 1; minute <= 100; ++minute) {
    history_.add(Instant{} + minutes{minute}, {sample(minute)});
  }
  EXPECT_EQ(history_.select({.metric = "m", .matchers = {}}).front()->points.size(), 11U);
}

TEST_F(HistoryTest, BeginsAnewWhereTheClockStepsBack) {
  history_.add(Instant{} + minutes{60}, {sample(1)});
  history_.add(Instant{}, {sample(2)});
  EXPECT_EQ(at(minutes{0}), 2);
  EXPECT_EQ(history_.select({.metric = "m", .matchers = {}}).front()->points.size(), 1U);
}

}  // namespace
}  // namespace replay::alerting
