#include "alerting/expression.h"

#include <string>

#include <gtest/gtest.h>

#include "alerting/duration.h"

namespace replay::alerting {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

ExpressionPtr parsed(const std::string& text) {
  auto result = parse_expression(text);
  if (const auto* problem = std::get_if<NotUnderstood>(&result)) {
    throw std::runtime_error(text + ": " + problem->reason);
  }
  return std::get<ExpressionPtr>(std::move(result));
}

std::string reason(const std::string& text) {
  const auto result = parse_expression(text);
  const auto* const problem = std::get_if<NotUnderstood>(&result);
  return problem == nullptr ? "understood" : problem->reason;
}

template <class Node>
const Node& as(const ExpressionPtr& expression) {
  return std::get<Node>(expression->node);
}

TEST(Expression, SelectorHasNameAndMatchers) {
  const auto expression = parsed(R"(m{a="x", b!='y', c=~"5..", d!~`\d`,})");
  const auto& selector = as<Selector>(expression);
  EXPECT_EQ(selector.metric, "m");
  ASSERT_EQ(selector.matchers.size(), 4U);
  EXPECT_TRUE(selector.matchers[0].accepts("x"));
  EXPECT_FALSE(selector.matchers[1].accepts("y"));
  EXPECT_TRUE(selector.matchers[2].accepts("503"));
  EXPECT_FALSE(selector.matchers[2].accepts("5030")) << "patterns match the whole value";
  EXPECT_FALSE(selector.matchers[3].accepts("7"));
  EXPECT_TRUE(selector.matchers[3].accepts(""));
}

TEST(Expression, MultiplicationBindsMoreThanAdditionMoreThanComparisonMoreThanAndMoreThanOr) {
  const auto expression = parsed("a or b and c > d + e * f");
  const auto& either = as<Binary>(expression);
  EXPECT_EQ(either.op, Binary::Operator::either);
  const auto& both = as<Binary>(either.right);
  EXPECT_EQ(both.op, Binary::Operator::both);
  const auto& greater = as<Binary>(both.right);
  EXPECT_EQ(greater.op, Binary::Operator::greater);
  const auto& sum = as<Binary>(greater.right);
  EXPECT_EQ(sum.op, Binary::Operator::add);
  EXPECT_EQ(as<Binary>(sum.right).op, Binary::Operator::multiply);
}

TEST(Expression, EqualOperatorsGoFromTheLeft) {
  const auto expression = parsed("10 - 4 - 3");
  const auto& outer = as<Binary>(expression);
  EXPECT_EQ(as<Number>(outer.right).value, 3);
  EXPECT_EQ(as<Number>(as<Binary>(outer.left).right).value, 4);
  EXPECT_TRUE(expression->scalar);
}

TEST(Expression, AndAndUnlessBindEqually) {
  const auto expression = parsed("a unless b and c");
  EXPECT_EQ(as<Binary>(expression).op, Binary::Operator::both);
}

TEST(Expression, KeywordsAreInAnyLetterCase) {
  EXPECT_EQ(as<Binary>(parsed("a AND b")).op, Binary::Operator::both);
  EXPECT_TRUE(as<Aggregation>(parsed("SUM WITHOUT (x) (a)")).without);
}

TEST(Expression, GroupingStandsBeforeOrAfter) {
  for (const std::string text : {"sum by (a, b) (m)", "sum(m) by (a, b)"}) {
    const auto expression = parsed(text);
    EXPECT_EQ(as<Aggregation>(expression).labels.size(), 2U) << text;
    EXPECT_FALSE(as<Aggregation>(expression).without) << text;
  }
}

TEST(Expression, RangeIsAPrometheusDuration) {
  EXPECT_EQ(as<RangeCall>(parsed("rate(m[1h30m])")).range, hours{1} + minutes{30});
  EXPECT_EQ(parse_prometheus_duration("1d12h"), hours{36});
  EXPECT_EQ(parse_prometheus_duration("250ms"), std::chrono::milliseconds{250});
  EXPECT_EQ(parse_prometheus_duration("5m1h"), std::nullopt);
  EXPECT_EQ(parse_prometheus_duration("5"), std::nullopt);
  EXPECT_EQ(parse_prometheus_duration(""), std::nullopt);
  EXPECT_EQ(parse_prometheus_duration("1000y"), std::nullopt);
}

TEST(Expression, NumbersAreWrittenInEveryWay) {
  EXPECT_EQ(as<Number>(parsed("0x1F")).value, 31);
  EXPECT_EQ(as<Number>(parsed("1.5e-3")).value, 0.0015);
  EXPECT_EQ(as<Number>(parsed(".5")).value, 0.5);
  EXPECT_EQ(as<Number>(parsed("+2")).value, 2);
  EXPECT_GT(as<Number>(parsed("Inf")).value, 1e308);
}

TEST(Expression, CommentsAndBlanksDoNotMatter) {
  EXPECT_EQ(as<Binary>(parsed("a # the first\n\t> 1 # one")).op, Binary::Operator::greater);
}

TEST(Expression, OutsideWhatIsEvaluatedIsNamed) {
  EXPECT_EQ(reason("absent(m)"), "the function absent() is not evaluated");
  EXPECT_EQ(reason("m offset 5m"), "offset is not evaluated");
  EXPECT_EQ(reason("m @ 0"), "@ is not evaluated");
  EXPECT_EQ(reason("a > bool 1"), "bool is not evaluated");
  EXPECT_EQ(reason("a / on (x) b"), "on is not evaluated");
  EXPECT_EQ(reason("a ^ 2"), "^ is not evaluated");
  EXPECT_EQ(reason("avg(m)"), "avg is not evaluated");
  EXPECT_EQ(reason("sum by (__name__) (m)"), "grouping by a metric's name is not evaluated");
  EXPECT_EQ(reason("rate(m[5m:1m])"), "a subquery is not evaluated");
  EXPECT_EQ(reason("rate(sum(m)[5m])"), "rate() is evaluated over a metric only");
  EXPECT_EQ(reason("{__name__=\"m\"}"), "a selector without a metric's name is not evaluated");
  EXPECT_TRUE(reason("m[5m]").starts_with("a range is evaluated only as"));
}

TEST(Expression, WithAMistakeIsNotUnderstood) {
  for (const std::string text :
       {"", "a >", "(a", "a)", "a b", "sum(1)", "1 and a", "1 > 2", "m{a=b}", "m{a=\"x}", "rate(m)",
        "rate(m[x])", "1x", "m{a=~\"(\"}", "\"text\"", "~"}) {
    EXPECT_NE(reason(text), "understood") << text;
  }
}

TEST(Expression, TooDeepIsNotUnderstood) {
  EXPECT_NE(reason(std::string(100'000, '(') + "a"), "understood");
  EXPECT_NE(reason(std::string(100'000, '-') + "a"), "understood");
  std::string chain = "a";
  for (int i = 0; i < 10'000; ++i) chain += "+a";
  EXPECT_EQ(reason(chain), "the expression is too long to be evaluated");
}

}  // namespace
}  // namespace replay::alerting
