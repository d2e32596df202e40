#include "summary/live_stats.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace replay::summary {
namespace {

using namespace std::chrono_literals;

class Live : public ::testing::Test {
 protected:
  replay::testing::FakeClock clock_;
  LiveQuantiles live_{clock_};
};

TEST_F(Live, WithoutSamplesThereIsNoQuantile) { EXPECT_EQ(live_.quantile(0.95), std::nullopt); }

TEST_F(Live, QuantilesAreOverAllSlots) {
  for (int i = 0; i < 100; ++i) {
    live_.add(clock_.now(), i < 95 ? 1s : 9s);
    clock_.advance(1s);
  }
  EXPECT_NEAR(live_.quantile(0.95).value(), 1, 0.01);
  EXPECT_NEAR(live_.quantile(0.96).value(), 9, 0.09);
}

TEST_F(Live, ASampleCountsForFiveMinutes) {
  live_.add(clock_.now(), 1s);
  clock_.advance(LiveQuantiles::kLength - 1us);
  EXPECT_TRUE(live_.quantile(0.5));
  clock_.advance(5s + 1us);
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
}

TEST_F(Live, OldSamplesLeaveWhileNewOnesStay) {
  live_.add(clock_.now(), 100s);
  clock_.advance(4min);
  live_.add(clock_.now(), 1s);
  clock_.advance(2min);
  EXPECT_NEAR(live_.quantile(1).value(), 1, 0.01);
}

TEST_F(Live, ARowReadLateCountsWhereItBelongs) {
  live_.add(clock_.now() - 4min, 1s);
  clock_.advance(90s);
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
}

TEST_F(Live, ARowOlderThanFiveMinutesIsLeftOut) {
  live_.add(clock_.now() - LiveQuantiles::kLength, 1s);
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
}

TEST_F(Live, ARowDatedInTheFutureCountsAsNow) {
  live_.add(clock_.now() + 24h, 1s);
  EXPECT_TRUE(live_.quantile(0.5));
  clock_.advance(LiveQuantiles::kLength + 5s);
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
}

TEST_F(Live, AfterTheClockStepsBackSamplesStayForFiveMinutesMore) {
  live_.add(clock_.now(), 1s);
  clock_.set(clock_.now() - 1h);
  EXPECT_TRUE(live_.quantile(0.5));
  clock_.advance(LiveQuantiles::kLength + 5s);
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
}

TEST_F(Live, AfterTheClockStepsForwardItBeginsAnew) {
  live_.add(clock_.now(), 9s);
  clock_.set(clock_.now() + 365 * 24h);
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
  live_.add(clock_.now(), 1s);
  EXPECT_NEAR(live_.quantile(0.5).value(), 1, 0.01);
}

TEST_F(Live, DecisionsWithoutALagAddNothing) {
  DecisionFact decision;
  decision.at = clock_.now();
  add_lags(live_, {decision});
  EXPECT_EQ(live_.quantile(0.5), std::nullopt);
  decision.lag = 2s;
  add_lags(live_, {decision});
  EXPECT_NEAR(live_.quantile(0.5).value(), 2, 0.02);
}

}  // namespace
}  // namespace replay::summary
