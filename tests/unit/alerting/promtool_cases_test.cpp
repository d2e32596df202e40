#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "alerting/evaluator.h"
#include "base/file.h"
#include "promtool_case.h"

namespace replay::testing {
namespace {

using alerting::AlertState;
using alerting::Evaluator;
using alerting::NotEvaluated;
using alerting::RuleSet;

const std::filesystem::path kRules = REPLAY_SOURCE_DIR "/rules";

/// Prometheus' own series are not the daemon's.
bool is_own(std::string_view metric) { return metric != "up"; }

RuleSet shipped_rules() {
  RuleSet rules;
  const auto file = kRules / "decision-replay.rules.yml";
  alerting::add_rules(rules, read_file(file), file.filename().string(), is_own);
  return rules;
}

std::vector<ExpectedAlert> firing(const Evaluator& evaluator, const std::string& name) {
  std::vector<ExpectedAlert> found;
  for (const Evaluator::Rule& each : evaluator.rules()) {
    if (each.rule.name != name) continue;
    for (const auto& [labels, alert] : each.state.alerts()) {
      if (alert.state == AlertState::firing) found.push_back({labels, alert.annotations});
    }
  }
  std::ranges::sort(found);
  return found;
}

std::vector<alerting::Sample> scrape(const PromtoolCase& test, std::size_t step) {
  std::vector<alerting::Sample> samples;
  for (const PromtoolSeries& series : test.series) {
    // Where promtool's series end without a marker they would linger; ours are gone.
    if (step >= series.values.size()) throw std::runtime_error("a series ends before the checks");
    if (series.values[step]) samples.push_back({series.labels, *series.values[step]});
  }
  return samples;
}

std::string text(const std::vector<ExpectedAlert>& alerts) {
  std::string all;
  for (const ExpectedAlert& alert : alerts) {
    all += "\n ";
    for (const auto& [name, value] : alert.labels) all += " " + name + "=" + value;
    for (const auto& [name, value] : alert.annotations) all += "\n    " + name + ": " + value;
  }
  return all;
}

void run(const PromtoolCase& test) {
  SCOPED_TRACE(test.name);
  Evaluator evaluator(shipped_rules());
  Duration end{};
  for (const AlertCheck& check : test.checks) end = std::max(end, check.at);
  std::size_t step = 0;
  for (Duration at{}; at <= end; at += test.evaluation_interval) {
    for (; test.interval * step <= at; ++step) {
      evaluator.add(Instant{} + test.interval * step, scrape(test, step));
    }
    EXPECT_TRUE(evaluator.evaluate(Instant{} + at, {}).failures.empty());
    for (AlertCheck check : test.checks) {
      if (check.at != at) continue;
      std::ranges::sort(check.expected);
      const auto found = firing(evaluator, check.alert);
      EXPECT_TRUE(found == check.expected) << check.alert << " at " << to_seconds(at) << " s\nwant"
                                           << text(check.expected) << "\ngot" << text(found);
    }
  }
}

TEST(ShippedRules, AreEvaluatedButThoseAboutTheTarget) {
  const RuleSet rules = shipped_rules();
  std::set<std::string> left_out;
  for (const NotEvaluated& rule : rules.not_evaluated) left_out.insert(rule.alert);
  EXPECT_EQ(left_out, (std::set<std::string>{"DecisionReplayAbsent", "DecisionReplayDown"}));
  EXPECT_GT(rules.rules.size(), 20U);
}

TEST(ShippedRules, FireAsInPrometheus) {
  const RuleSet rules = shipped_rules();
  std::set<std::string> evaluated;
  for (const alerting::AlertRule& rule : rules.rules) evaluated.insert(rule.name);
  std::size_t checks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kRules / "tests")) {
    SCOPED_TRACE(entry.path().filename().string());
    for (PromtoolCase test : promtool_cases(entry.path())) {
      std::erase_if(test.checks,
                    [&](const AlertCheck& check) { return !evaluated.contains(check.alert); });
      checks += test.checks.size();
      run(test);
    }
  }
  EXPECT_GT(checks, 100U);
}

TEST(SeriesNotation, IsPromtools) {
  using Values = std::vector<std::optional<double>>;
  EXPECT_EQ(series_values("1 2.5"), (Values{1, 2.5}));
  EXPECT_EQ(series_values("0+10x2"), (Values{0, 10, 20}));
  EXPECT_EQ(series_values("4-2x1"), (Values{4, 2}));
  EXPECT_EQ(series_values("7x2 8"), (Values{7, 7, 7, 8}));
  EXPECT_EQ(series_values("-1x1"), (Values{-1, -1}));
  EXPECT_EQ(series_values("_ _x2 1e-3 stale"),
            (Values{std::nullopt, std::nullopt, std::nullopt, 1e-3, std::nullopt}));
}

}  // namespace
}  // namespace replay::testing
