#include "alerting/evaluator.h"

#include <gtest/gtest.h>

namespace replay::alerting {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

RuleSet rules(const std::string& rest_of_rule, const std::string& expression = "m > 10") {
  RuleSet set;
  add_rules(set,
            "groups:\n- name: g\n  rules:\n  - {alert: A, expr: '" + expression + "'" +
                rest_of_rule + "}\n",
            "x.yml", [](std::string_view) { return true; });
  return set;
}

/// One alert over the metric m, a scrape and an evaluation a minute.
class EvaluatorTest : public ::testing::Test {
 protected:
  explicit EvaluatorTest(const std::string& rest_of_rule = ", for: 2m")
      : evaluator_(rules(rest_of_rule)) {}

  void minute(double value) { minute({{{{"__name__", "m"}, {"instance", "i"}}, value}}); }
  void minute(const std::vector<Sample>& scrape) {
    now_ += minutes{1};
    evaluator_.add(now_, scrape);
    outcome_ = evaluator_.evaluate(now_, {.resend = minutes{1}, .valid_for = minutes{4}});
  }

  std::string state() const {
    const auto& alerts = evaluator_.rules().front().state.alerts();
    return alerts.empty() ? "none" : std::string(to_string(alerts.begin()->second.state));
  }

  Evaluator evaluator_;
  Evaluator::Outcome outcome_;
  Instant now_{};
};

TEST_F(EvaluatorTest, AlertIsPendingThenFiringThenResolvedThenForgotten) {
  minute(10);
  EXPECT_EQ(state(), "none");
  minute(11);
  EXPECT_EQ(state(), "pending");
  minute(11);
  EXPECT_EQ(state(), "pending");
  minute(11);
  EXPECT_EQ(state(), "firing") << "after exactly two minutes";
  minute(10);
  EXPECT_EQ(state(), "resolved");
  for (int i = 0; i < 5; ++i) minute(10);
  EXPECT_EQ(state(), "resolved");
  minute(10);
  EXPECT_EQ(state(), "none");
}

TEST_F(EvaluatorTest, AClockThatStepsBackSilencesNothing) {
  for (int i = 0; i < 3; ++i) minute(11);
  EXPECT_EQ(state(), "firing");
  now_ -= std::chrono::hours{1};
  minute(11);
  EXPECT_EQ(outcome_.due.size(), 1U) << "told again, not only in an hour";
  minute(10);
  ASSERT_EQ(outcome_.due.size(), 1U);
  EXPECT_EQ(outcome_.due.front().ends_at, now_);
}

TEST_F(EvaluatorTest, PendingAlertBeginsAnewAfterAPause) {
  for (const double value : {11, 11, 10, 11, 11}) minute(value);
  EXPECT_EQ(state(), "pending");
  EXPECT_TRUE(outcome_.due.empty());
}

TEST_F(EvaluatorTest, FiringIsToldEveryMinuteAndBelievedForFour) {
  for (int i = 0; i < 3; ++i) minute(11);
  const Instant fired = now_;
  ASSERT_EQ(outcome_.due.size(), 1U);
  EXPECT_EQ(outcome_.due.front().labels, (Labels{{"alertname", "A"}, {"instance", "i"}}));
  minute(12);
  ASSERT_EQ(outcome_.due.size(), 1U);
  EXPECT_EQ(outcome_.due.front().starts_at, fired);
  EXPECT_EQ(outcome_.due.front().ends_at, now_ + minutes{4});
}

TEST_F(EvaluatorTest, FiringIsNotToldMoreOftenThanThat) {
  for (int i = 0; i < 3; ++i) minute(11);
  now_ += seconds{59};
  EXPECT_TRUE(
      evaluator_.evaluate(now_, {.resend = minutes{1}, .valid_for = minutes{4}}).due.empty());
}

TEST_F(EvaluatorTest, ResolvedIsToldForFiveMinutes) {
  for (int i = 0; i < 3; ++i) minute(11);
  minute(0);
  const Instant resolved = now_;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(outcome_.due.size(), 1U) << i;
    EXPECT_EQ(outcome_.due.front().ends_at, resolved);
    minute(0);
  }
  minute(0);
  EXPECT_TRUE(outcome_.due.empty());
}

TEST_F(EvaluatorTest, AlertOfASeriesThatVanishesResolves) {
  for (int i = 0; i < 3; ++i) minute(11);
  minute(std::vector<Sample>{});
  EXPECT_EQ(state(), "resolved");
}

TEST_F(EvaluatorTest, FiringAgainIsANewAlert) {
  for (const double value : {11, 11, 11, 0, 11, 11}) minute(value);
  EXPECT_EQ(state(), "pending");
  minute(11);
  ASSERT_EQ(outcome_.due.size(), 1U);
  EXPECT_EQ(outcome_.due.front().starts_at, now_);
}

TEST_F(EvaluatorTest, OtherRulesOfTheSameNameAndLabelsKeepItsAlerts) {
  for (int i = 0; i < 3; ++i) minute(11);
  evaluator_.use(rules(", for: 10m", "m > 5"));
  minute(6);
  EXPECT_EQ(state(), "firing");
  evaluator_.use(rules(", for: 10m, labels: {severity: info}", "m > 5"));
  minute(6);
  EXPECT_EQ(state(), "pending");
}

class ImmediateEvaluator : public EvaluatorTest {
 protected:
  ImmediateEvaluator()
      : EvaluatorTest(
            ", keep_firing_for: 2m, labels: {instance: all, l: '{{ $labels.x }}'}, "
            "annotations: {d: '{{ $value }}'}") {}
};

TEST_F(ImmediateEvaluator, FiresAtOnceWithoutFor) {
  minute(11);
  EXPECT_EQ(state(), "firing");
}

TEST_F(ImmediateEvaluator, LabelsOfTheRuleWinAndEmptyOnesGo) {
  minute(11);
  EXPECT_EQ(outcome_.due.front().labels, (Labels{{"alertname", "A"}, {"instance", "all"}}));
  EXPECT_EQ(outcome_.due.front().annotations.at("d"), "11");
}

TEST_F(ImmediateEvaluator, KeepsFiringForItsTime) {
  minute(11);
  minute(0);
  minute(0);
  EXPECT_EQ(state(), "firing");
  minute(0);
  EXPECT_EQ(state(), "resolved");
}

TEST_F(ImmediateEvaluator, TwoSamplesThatAreOneAlertAreAFailure) {
  minute(11);
  minute({{{{"__name__", "m"}, {"instance", "i"}}, 11}, {{{"__name__", "m"}}, 12}});
  ASSERT_EQ(outcome_.failures.size(), 1U);
  EXPECT_EQ(outcome_.failures.front().alert, "A");
  EXPECT_EQ(state(), "firing") << "as it was";
}

TEST_F(EvaluatorTest, ANumberIsOneSampleWithoutLabels) {
  evaluator_.use(rules("", "time() - 5"));
  minute(0);
  EXPECT_EQ(outcome_.due.front().labels, (Labels{{"alertname", "A"}}));
}

}  // namespace
}  // namespace replay::alerting
