#include "alerting/rule_file.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace replay::alerting {
namespace {

RuleSet rules(const std::string& yaml) {
  RuleSet set;
  add_rules(set, yaml, "x.yml", [](std::string_view metric) { return metric.starts_with("own_"); });
  return set;
}

std::string mistake(const std::string& yaml) {
  try {
    (void)rules(yaml);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string with_rule(const std::string& rule) {
  return "groups:\n- name: g\n  rules:\n  - " + rule + "\n";
}

TEST(RuleFile, AlertHasItsParts) {
  const RuleSet set = rules(R"(
groups:
  - name: g
    rules:
      - record: own:recorded
        expr: sum(own_m)
      - alert: A
        expr: own_m > 1
        for: 5m
        keep_firing_for: 1m
        labels: {severity: warning}
        annotations: {summary: "{{ $value }} is much."}
)");
  ASSERT_EQ(set.rules.size(), 1U);
  const AlertRule& rule = set.rules.front();
  EXPECT_EQ(rule.name, "A");
  EXPECT_EQ(rule.group, "g");
  EXPECT_EQ(rule.expression_text, "own_m > 1");
  EXPECT_EQ(rule.pending_for, std::chrono::minutes{5});
  EXPECT_EQ(rule.keep_firing_for, std::chrono::minutes{1});
  EXPECT_EQ(rule.written_labels.at("severity"), "warning");
  EXPECT_EQ(rule.annotations.at("summary").expand({}, 3), "3 is much.");
  EXPECT_TRUE(set.not_evaluated.empty());
}

TEST(RuleFile, AlertOutsideWhatIsEvaluatedIsNamedWithItsPlace) {
  const RuleSet set = rules(R"(groups:
- name: g
  rules:
  - alert: Foreign
    expr: up == 0
  - alert: Absent
    expr: absent(own_m)
  - alert: Templated
    expr: own_m
    annotations: {summary: "{{ range . }}"}
  - alert: Fine
    expr: own_m
)");
  EXPECT_EQ(set.rules.size(), 1U);
  ASSERT_EQ(set.not_evaluated.size(), 3U);
  EXPECT_EQ(set.not_evaluated[0].alert, "Foreign");
  EXPECT_EQ(set.not_evaluated[0].file, "x.yml");
  EXPECT_EQ(set.not_evaluated[0].line, 4);
  EXPECT_EQ(set.not_evaluated[0].reason, "up is not a metric of this daemon (at 1).");
  EXPECT_EQ(set.not_evaluated[1].reason, "the function absent() is not evaluated (at 1).");
  EXPECT_EQ(set.not_evaluated[2].reason,
            "annotation summary: {{ range . }} is not filled in (at 1).");
}

TEST(RuleFile, MistakeIsRefusedWithItsLine) {
  EXPECT_EQ(mistake("groups:\n- name: g\n  rulez: []\n"), "x.yml:3: A group has no such key.");
  EXPECT_EQ(mistake(with_rule("{alert: A, expr: own_m, for: 5}")),
            "x.yml:4: for must be a duration, like 5m.");
  EXPECT_EQ(mistake(with_rule("{alert: A}")), "x.yml:4: expr must be a text.");
  EXPECT_EQ(mistake("[]"), "x.yml:1: A rule file is a map.");
  EXPECT_EQ(mistake("{}"), "x.yml:1: groups must be a list.");
  EXPECT_EQ(mistake("groups: []\n---\ngroups: []\n"),
            "x.yml:2: The document ends before this; a file holds one.");
  EXPECT_TRUE(mistake("a: [").starts_with("x.yml:")) << mistake("a: [");
}

TEST(RuleFile, MistakeAddsNothing) {
  RuleSet set;
  EXPECT_THROW(
      add_rules(set, "groups:\n- name: g\n  rules:\n  - {alert: A, expr: m}\n  - {alert: B}\n",
                "x.yml", [](std::string_view) { return true; }),
      Error);
  EXPECT_TRUE(set.rules.empty());
}

}  // namespace
}  // namespace replay::alerting
