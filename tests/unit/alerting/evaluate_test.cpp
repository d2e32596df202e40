#include "alerting/evaluate.h"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace replay::alerting {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Expressions over series of the metrics a, b and c, a sample a minute. What is expected here was
/// checked with promtool 2.42.
class Evaluate : public ::testing::Test {
 protected:
  Evaluate() { history_.keep({.metrics = {"a", "b", "c"}, .range = minutes{60}}); }

  static Sample series(const std::string& name, Labels labels, double value) {
    labels["__name__"] = name;
    return {labels, value};
  }

  void minute(const std::vector<Sample>& scrape) {
    history_.add(now_, scrape);
    now_ += minutes{1};
  }

  Value value(const std::string& text) const {
    auto parsed = parse_expression(text);
    if (const auto* problem = std::get_if<NotUnderstood>(&parsed)) {
      throw std::runtime_error(text + ": " + problem->reason);
    }
    return evaluate(*std::get<ExpressionPtr>(parsed), history_, now_ - minutes{1});
  }

  std::map<Labels, double> vector(const std::string& text) const {
    std::map<Labels, double> found;
    const Value result = value(text);
    for (const Sample& sample : std::get<Vector>(result)) found[sample.labels] = sample.value;
    return found;
  }

  using Samples = std::map<Labels, double>;

  History history_;
  Instant now_{};
};

TEST_F(Evaluate, ComparisonFiltersAndKeepsTheName) {
  minute({series("a", {{"x", "1"}}, 5), series("a", {{"x", "2"}}, 6)});
  EXPECT_EQ(vector("a > 5"), (Samples{{{{"__name__", "a"}, {"x", "2"}}, 6}}));
  EXPECT_EQ(vector("5 < a"), (Samples{{{{"__name__", "a"}, {"x", "2"}}, 6}}));
  EXPECT_EQ(vector("a{x=\"1\"} >= 5").size(), 1U);
}

TEST_F(Evaluate, NothingIsMoreOrLessThanNaN) {
  minute({series("a", {}, kNaN)});
  EXPECT_TRUE(vector("a > 1").empty());
  EXPECT_TRUE(vector("a < 1").empty());
  EXPECT_EQ(vector("a != 1").size(), 1U);
}

TEST_F(Evaluate, ArithmeticDropsTheName) {
  minute({series("a", {{"x", "1"}}, 6), series("b", {{"x", "1"}}, 4)});
  EXPECT_EQ(vector("a - b"), (Samples{{{{"x", "1"}}, 2}}));
  EXPECT_EQ(vector("2 * a / 3 + 1"), (Samples{{{{"x", "1"}}, 5}}));
  EXPECT_EQ(vector("-a"), (Samples{{{{"x", "1"}}, -6}}));
}

TEST_F(Evaluate, SeriesWithoutAPartnerAreLeftOut) {
  minute({series("a", {{"x", "1"}}, 6), series("a", {{"x", "2"}}, 7), series("b", {{"x", "2"}}, 7),
          series("b", {{"x", "3"}}, 1)});
  EXPECT_EQ(vector("a / b"), (Samples{{{{"x", "2"}}, 1}}));
  EXPECT_EQ(vector("a == b"), (Samples{{{{"__name__", "a"}, {"x", "2"}}, 7}}));
}

TEST_F(Evaluate, ComparisonBetweenSeriesKeepsTheLeftOne) {
  minute({series("a", {}, 6), series("b", {}, 4)});
  EXPECT_EQ(vector("a > b"), (Samples{{{{"__name__", "a"}}, 6}}));
  EXPECT_EQ(vector("b < a"), (Samples{{{{"__name__", "b"}}, 4}}));
}

TEST_F(Evaluate, DivisionByZeroIsNotAnError) {
  minute({series("a", {}, 0), series("b", {}, 1)});
  EXPECT_TRUE(std::isnan(vector("a / a")[{}]));
  EXPECT_TRUE(std::isinf(vector("b / a")[{}]));
}

TEST_F(Evaluate, SetOperatorsLookAtLabelsOnly) {
  minute({series("a", {{"x", "1"}}, 1), series("a", {{"x", "2"}}, 2), series("b", {{"x", "2"}}, 9),
          series("b", {{"x", "3"}}, 9)});
  EXPECT_EQ(vector("a and b"), (Samples{{{{"__name__", "a"}, {"x", "2"}}, 2}}));
  EXPECT_EQ(vector("a unless b"), (Samples{{{{"__name__", "a"}, {"x", "1"}}, 1}}));
  EXPECT_EQ(vector("a or b"), (Samples{{{{"__name__", "a"}, {"x", "1"}}, 1},
                                       {{{"__name__", "a"}, {"x", "2"}}, 2},
                                       {{{"__name__", "b"}, {"x", "3"}}, 9}}));
  EXPECT_EQ(vector("a or c").size(), 2U);
  EXPECT_EQ(vector("c or a").size(), 2U);
  EXPECT_TRUE(vector("a and c").empty());
}

TEST_F(Evaluate, AggregationGroupsByLabels) {
  minute({series("a", {{"x", "1"}, {"y", "1"}}, 1), series("a", {{"x", "1"}, {"y", "2"}}, 2),
          series("a", {{"x", "2"}, {"y", "1"}}, 4)});
  EXPECT_EQ(vector("sum(a)"), (Samples{{{}, 7}}));
  EXPECT_EQ(vector("sum by (x) (a)"), (Samples{{{{"x", "1"}}, 3}, {{{"x", "2"}}, 4}}));
  EXPECT_EQ(vector("max without (y) (a)"), (Samples{{{{"x", "1"}}, 2}, {{{"x", "2"}}, 4}}));
  EXPECT_EQ(vector("min(a)"), (Samples{{{}, 1}}));
  EXPECT_EQ(vector("count(a) by (y)"), (Samples{{{{"y", "1"}}, 2}, {{{"y", "2"}}, 1}}));
  EXPECT_TRUE(vector("sum(c)").empty()) << "of nothing is nothing, not zero";
}

TEST_F(Evaluate, MaximumIsNaNOnlyWhereAllAre) {
  minute({series("a", {{"x", "1"}}, kNaN), series("a", {{"x", "2"}}, 2)});
  EXPECT_EQ(vector("max(a)"), (Samples{{{}, 2}}));
  EXPECT_EQ(vector("min(a)"), (Samples{{{}, 2}}));
  EXPECT_TRUE(std::isnan(vector("sum(a)")[{}]));
}

TEST_F(Evaluate, IncreaseIsExtrapolatedToTheRange) {
  for (int i = 0; i <= 5; ++i) minute({series("a", {}, 10 + 2 * i)});
  EXPECT_EQ(vector("increase(a[5m])"), (Samples{{{}, 10}}));
  EXPECT_DOUBLE_EQ(vector("rate(a[5m])")[{}], 10.0 / 300);
  // The first sample lies 30 s inside the range, the last one at its end.
  EXPECT_EQ(vector("increase(a[4m30s])"), (Samples{{{}, 9}}));
}

TEST_F(Evaluate, RateDividesInPrometheusOrder) {
  for (int i = 0; i <= 5; ++i) minute({series("a", {}, 7200.0 * i)});
  EXPECT_EQ(vector("rate(a[5m])")[{}], 120.00000000000001);
}

TEST_F(Evaluate, IncreaseIsNotExtrapolatedBelowZero) {
  minute({series("b", {}, 0)});
  for (int i = 0; i <= 3; ++i) minute({series("a", {}, 2 * i)});
  EXPECT_EQ(vector("increase(a[3m30s])"), (Samples{{{}, 6}}));
}

TEST_F(Evaluate, IncreaseTakesAFallForARestart) {
  for (const double value : {10.0, 12.0, 1.0, 3.0}) minute({series("a", {}, value)});
  EXPECT_EQ(vector("increase(a[3m])"), (Samples{{{}, 5}}));
}

TEST_F(Evaluate, IncreaseNeedsTwoSamples) {
  minute({series("a", {}, 10)});
  EXPECT_TRUE(vector("increase(a[5m])").empty());
}

TEST_F(Evaluate, ExtremesOverTimeLookAtTheWholeRangeAndPastNaN) {
  for (const double value : {9.0, kNaN, 3.0, 5.0}) minute({series("a", {}, value)});
  EXPECT_EQ(vector("max_over_time(a[2m])"), (Samples{{{}, 5}}));
  EXPECT_EQ(vector("max_over_time(a[3m])"), (Samples{{{}, 9}})) << "both ends belong to it";
  EXPECT_EQ(vector("min_over_time(a[3m])"), (Samples{{{}, 3}}));
}

TEST_F(Evaluate, TimeIsOfTheEvaluation) {
  minute({series("a", {}, 20)});
  minute({series("a", {}, 20)});
  EXPECT_EQ(std::get<double>(value("time()")), 60);
  EXPECT_EQ(vector("time() - a"), (Samples{{{}, 40}}));
  EXPECT_EQ(std::get<double>(value("time() * 2 - 1")), 119);
}

}  // namespace
}  // namespace replay::alerting
