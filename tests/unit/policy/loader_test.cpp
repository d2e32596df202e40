#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support.h"

namespace replay::policy::testing {
namespace {

constexpr auto kRow = "{CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: PAUSE, LOW: PAUSE, NONE: ALLOW}";

/// The diagnostics of a rule whose `when` is this.
std::string complaint_about(const std::string& when) {
  return messages(load_sources({{"test.yml", rule_when(when)}}, noon()));
}

void expect_complaint(const std::string& policy, const std::string& expected) {
  const LoadResult result = load_sources({{"p.yml", policy}}, noon());
  const std::string all = messages(result);
  EXPECT_NE(all.find(expected), std::string::npos) << "expected: " << expected << "\nin:\n" << all;
}

TEST(Loader, ReportsEveryMistakeOfAFileWithItsPlace) {
  const LoadResult result = load_sources({{"bad.yml", R"(policy: bad
version: 1
rulez: []
rules:
  - id: A
    on: T
    when: {pointer: command, contains: rm}
    finding: {kind: RISK, severity: hi, message: x}
  - id: A
    on: T
    when: {pointer: /a, matches: '(('}
    finding: {kind: RISKY, severity: LOW}
  - id: C
    when: {pointer: /a, above: 3}
    finding: {kind: RISK, severity: LOW, message: x, colour: red}
allow:
  - {id: e, rules: A, expires: tomorrow}
decide:
  T: {HIGH: STOP, CRITICAL: BLOCK, MEDIUM: PAUSE, LOW: PAUSE}
retry:
  max_retries: -1
)"}},
                                         noon());
  EXPECT_EQ(result.engine, nullptr);
  const std::vector<std::string> expected{
      R"(bad.yml:3:1: error: A policy file has no "rulez"; it takes policy, version, rules, allow, decide, retry.)",
      R"(bad.yml:7:21: error: A pointer starts with '/': write "/command".)",
      R"(bad.yml:8:37: error: "hi" is none of LOW, MEDIUM, HIGH or CRITICAL.)",
      R"(bad.yml:9:9: error: The id "A" is taken; give this one another.)",
      R"(bad.yml:11:34: error: "((" is no regular expression that RE2 understands: missing ): ((.)",
      R"(bad.yml:12:14: error: A finding needs "message".)",
      R"(bad.yml:12:21: error: "RISKY" is none of REDLINE, CONFLICT, RISK or RUNTIME.)",
      R"(bad.yml:13:5: error: A rule needs "on".)",
      R"(bad.yml:14:25: error: There is no condition "above"; write pointer with one of exists, equals, in, gt, gte, lt, lte, contains, matches, length_gt, length_lt, type, or all, any, not, each.)",
      R"(bad.yml:15:54: error: A finding has no "colour"; it takes kind, severity, message.)",
      R"(bad.yml:17:5: error: An exception needs "reason".)",
      R"(bad.yml:17:32: error: "expires" is a time like 2027-01-01T00:00:00Z, not "tomorrow".)",
      R"(bad.yml:19:6: error: A row of decide needs "NONE".)",
      R"(bad.yml:19:13: error: "STOP" is none of ALLOW, PAUSE, BLOCK or RETRY.)",
      R"(bad.yml:21:16: error: "max_retries" is a whole number from 0, not "-1".)"};
  std::vector<std::string> found;
  for (const Diagnostic& diagnostic : result.diagnostics) found.push_back(to_string(diagnostic));
  EXPECT_EQ(found, expected);
}

TEST(Loader, SaysWhereTheYamlBreaks) {
  expect_complaint("policy: x\nversion: [1\n", "p.yml:3:1: error: This is not YAML");
  expect_complaint("rules:\n  - on: *_COMPLETED\n", "must be in quotes, like \"*_COMPLETED\".");
  expect_complaint("", "p.yml:1:1: error: The file is empty.");
  expect_complaint("a: 1\n---\nb: 2\n", "p.yml:2:1: error: The document ends before this");
  expect_complaint("[1, 2]\n", "A policy file is a map with policy, version");
}

TEST(Loader, StrayBracketEndsNeitherInAHangNorInHalfAFile) {
  expect_complaint("policy: x\n}\nversion: 1\n", "p.yml:2:1: error:");
}

TEST(Loader, RefusesAMemberWrittenTwice) {
  expect_complaint("policy: a\nversion: 1\npolicy: b\n",
                   "p.yml:3:1: error: \"policy\" is written twice");
}

TEST(Loader, RefusesAliasesThatGrowWithoutBound) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            "]\n";
  }
  expect_complaint(bomb, "nests deeper or is larger than a policy may be");
}

TEST(Loader, NamesAndIdsHaveNoBlanks) {
  expect_complaint("policy: my policy\nversion: 1\n", "without blanks");
}

TEST(Loader, OperandsOfTheWrongTypeAreNamed) {
  EXPECT_NE(complaint_about("{pointer: /a, gt: much}").find("\"gt\" takes a number, not \"much\"."),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a, in: low}").find("\"in\" takes a list of values"),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a, exists: 'yes'}").find("\"exists\" takes true or false"),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a, length_gt: -1}").find("takes a whole number from 0"),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a, type: text}").find("takes one of string, number"),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a, matches: 5}").find("takes an RE2 regular expression"),
            std::string::npos);
}

TEST(Loader, ConditionsOfTheWrongShapeAreNamed) {
  EXPECT_NE(complaint_about("{all: []}").find("\"all\" is a list of conditions"),
            std::string::npos);
  EXPECT_NE(complaint_about("{all: [{pointer: /a, gt: 1}], any: []}").find("has no \"any\""),
            std::string::npos);
  EXPECT_NE(complaint_about("{contains: rm}").find("A condition needs a pointer"),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a}").find("A pointer needs a comparison"),
            std::string::npos);
  EXPECT_NE(complaint_about("{pointer: /a, exists: false, gt: 1}").find("stands alone"),
            std::string::npos);
  EXPECT_NE(complaint_about("{each: /a/*, when: {each: /b/*, when: {pointer: /c, gt: 1}}}")
                .find("inside each"),
            std::string::npos);
  EXPECT_NE(complaint_about("rm -rf").find("A condition is all, any, not, each"),
            std::string::npos);
}

TEST(Loader, PointersThatReachNothingAreSuspicious) {
  EXPECT_NE(complaint_about("{pointer: /payload/command, gt: 1}")
                .find("warning: Pointers start inside the payload: write \"/command\""),
            std::string::npos);
  EXPECT_NE(
      complaint_about("{pointer: /task_id/x, gt: 1}").find("warning: This pointer reaches nothing"),
      std::string::npos);
}

TEST(Loader, WarnsOfWhatHasNoEffect) {
  const std::string policy =
      std::string("policy: x\nversion: 1\nrules:\n") +
      "  - {id: A, on: U, finding: {kind: RISK, severity: LOW, message: x}}\nallow:\n" +
      "  - {id: e, rules: [A, 'B*'], reason: r, expires: 2026-01-01T00:00:00Z}\n";
  const LoadResult result = load_sources({{"w.yml", policy}}, noon());
  EXPECT_NE(result.engine, nullptr) << "warnings refuse nothing";
  const std::string all = messages(result);
  EXPECT_NE(all.find("w.yml:6:51: warning: This exception has expired"), std::string::npos) << all;
  EXPECT_NE(all.find("No rule is called \"B*\""), std::string::npos) << all;
  EXPECT_NE(all.find("Nothing under decide is about U"), std::string::npos) << all;
}

TEST(Loader, WarnsOfRulesAndRowsAboutDecisions) {
  const std::string policy =
      std::string("policy: x\nversion: 1\nrules:\n") +
      "  - {id: A, on: SUPERVISOR_BLOCKED, finding: {kind: RISK, severity: LOW, message: x}}\n" +
      "decide:\n  SUPERVISOR_*: " + kRow + "\n";
  const LoadResult result = load_sources({{"w.yml", policy}}, noon());
  EXPECT_NE(result.engine, nullptr) << "warnings refuse nothing";
  const std::string all = messages(result);
  EXPECT_NE(all.find("w.yml:4:17: warning: Events called SUPERVISOR_… are decisions"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("w.yml:6:3: warning: Events called SUPERVISOR_… are decisions"),
            std::string::npos)
      << all;
  EXPECT_EQ(result.diagnostics.size(), 2U) << all;
}

TEST(Loader, WarnsOfAConditionThatNeverHolds) {
  EXPECT_NE(complaint_about("{all: [{pointer: /a, equals: x}, {pointer: /a, equals: y}]}")
                .find("test.yml:6:66: warning: This never holds: above, /a equals \"x\"."),
            std::string::npos);
  EXPECT_EQ(complaint_about("{all: [{pointer: /a, equals: 1}, {pointer: /a, equals: 1.0}]}"), "");
  EXPECT_EQ(complaint_about("{all: [{pointer: /*, equals: x}, {pointer: /*, equals: y}]}"), "")
      << "two values may";
  EXPECT_EQ(complaint_about("{any: [{pointer: /a, equals: x}, {pointer: /a, equals: y}]}"), "");
}

TEST(Loader, FilesAddUp) {
  const std::string first =
      std::string("policy: a\nversion: 1\nrules:\n") +
      "  - {id: A, on: T, finding: {kind: RISK, severity: LOW, message: x}}\n" +
      "decide:\n  T: " + kRow + "\n";
  const std::string second =
      "policy: site\nversion: 2026-05\nallow:\n  - {id: e, rules: B, reason: r}\n"
      "decide:\n  T: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: BLOCK, LOW: BLOCK, NONE: ALLOW}\n"
      "retry: {max_retries: 1}\n";
  const LoadResult result = load_sources({{"a.yml", first}, {"b.yml", second}}, noon());
  ASSERT_NE(result.engine, nullptr) << messages(result);
  EXPECT_EQ(result.engine->name(), "a@1+site@2026-05");
  EXPECT_EQ(decide(*result.engine, "{}").type, DecisionType::block) << "the later row wins";
}

TEST(Loader, IdsAreUniqueOverAllFiles) {
  const std::string one =
      "policy: a\nversion: 1\nrules:\n"
      "  - {id: A, on: T, finding: {kind: RISK, severity: LOW, message: x}}\n";
  const LoadResult result = load_sources({{"a.yml", one}, {"b.yml", one}}, noon());
  EXPECT_EQ(result.engine, nullptr);
  EXPECT_NE(messages(result).find("b.yml:4:10: error: The id \"A\" is taken"), std::string::npos)
      << messages(result);
}

TEST(Loader, MissingFileIsUnavailable) {
  try {
    (void)load({"/nonexistent/policy.yml"}, noon());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  }
}

}  // namespace
}  // namespace replay::policy::testing
