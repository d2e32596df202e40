#include "http/rate_limit.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace replay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RateLimitTest : public ::testing::Test {
 protected:
  void take(const std::string& client, int times) {
    for (int i = 0; i < times; ++i) (void)limit_.take(client);
  }

  testing::FakeClock clock_;
  RateLimit limit_{clock_, 100};
};

TEST_F(RateLimitTest, AllowsAMinutesTokensAtOnce) {
  take("a", 99);
  EXPECT_TRUE(limit_.take("a").allowed);
  EXPECT_FALSE(limit_.take("a").allowed);
}

TEST_F(RateLimitTest, SaysWhatIsLeft) {
  const RateLimit::Verdict verdict = limit_.take("a");
  EXPECT_EQ(verdict.limit, 100U);
  EXPECT_EQ(verdict.remaining, 99U);
  EXPECT_EQ(verdict.reset, seconds(1));
}

TEST_F(RateLimitTest, RefusalSaysWhenTheNextTokenComes) {
  take("a", 100);
  const RateLimit::Verdict verdict = limit_.take("a");
  EXPECT_EQ(verdict.remaining, 0U);
  EXPECT_EQ(verdict.retry_after, seconds(1));
  EXPECT_EQ(verdict.reset, seconds(60));
}

TEST_F(RateLimitTest, TokenIsThereAtItsVeryMoment) {
  take("a", 100);
  clock_.advance(milliseconds(600) - Duration(1));
  EXPECT_FALSE(limit_.take("a").allowed);
  clock_.advance(Duration(1));
  EXPECT_TRUE(limit_.take("a").allowed);
  EXPECT_FALSE(limit_.take("a").allowed);
}

TEST_F(RateLimitTest, RefusedRequestsCostNothing) {
  take("a", 500);
  clock_.advance(milliseconds(600));
  EXPECT_TRUE(limit_.take("a").allowed);
}

TEST_F(RateLimitTest, BucketNeverHoldsMoreThanAMinutesTokens) {
  (void)limit_.take("a");
  clock_.advance(std::chrono::hours(5));
  EXPECT_EQ(limit_.take("a").remaining, 99U);
}

TEST_F(RateLimitTest, ClientsHaveTheirOwnBuckets) {
  take("a", 100);
  EXPECT_TRUE(limit_.take("b").allowed);
}

TEST_F(RateLimitTest, ZeroIsOff) {
  limit_.set_per_minute(0);
  take("a", 1000);
  const RateLimit::Verdict verdict = limit_.take("a");
  EXPECT_TRUE(verdict.allowed);
  EXPECT_EQ(verdict.limit, 0U);
}

TEST_F(RateLimitTest, LowerLimitCountsAtOnce) {
  limit_.set_per_minute(2);
  take("a", 2);
  EXPECT_FALSE(limit_.take("a").allowed);
  EXPECT_EQ(limit_.take("a").retry_after, seconds(30));
}

TEST_F(RateLimitTest, NewLimitKeepsWhatWasUsed) {
  take("a", 100);
  limit_.set_per_minute(200);
  EXPECT_FALSE(limit_.take("a").allowed);
}

TEST_F(RateLimitTest, WallClockDoesNotMatter) {
  take("a", 100);
  clock_.set(clock_.now() + std::chrono::hours(24));
  EXPECT_FALSE(limit_.take("a").allowed);
}

TEST_F(RateLimitTest, ForgetsTheClientSeenLongestAgoPastTenThousand) {
  take("first", 100);
  clock_.advance(Duration(1));
  take("second", 100);
  for (int i = 0; i < 9'999; ++i) (void)limit_.take("other-" + std::to_string(i));
  EXPECT_FALSE(limit_.take("second").allowed);
  EXPECT_TRUE(limit_.take("first").allowed);
}

}  // namespace
}  // namespace replay::http
