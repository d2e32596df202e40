#include <string>

#include <gtest/gtest.h>

#include "support.h"

namespace replay::policy::testing {
namespace {

bool holds(const std::string& when, const std::string& payload) {
  const auto engine = engine_of(rule_when(when));
  return engine != nullptr && decide(*engine, payload).type == DecisionType::block;
}

TEST(Condition, ExistsAsksWhetherAnythingIsThere) {
  EXPECT_TRUE(holds("{pointer: /a, exists: true}", R"({"a":null})"));
  EXPECT_FALSE(holds("{pointer: /a, exists: true}", "{}"));
  EXPECT_TRUE(holds("{pointer: /a, exists: false}", "{}"));
  EXPECT_FALSE(holds("{pointer: [/b, /a], exists: false}", R"({"a":1})"));
}

TEST(Condition, EqualsComparesJsonValues) {
  EXPECT_TRUE(holds("{pointer: /a, equals: 1}", R"({"a":1.0})"));
  EXPECT_TRUE(holds("{pointer: /a, equals: 1.5}", R"({"a":1.5})"));
  EXPECT_FALSE(holds("{pointer: /a, equals: 1}", R"({"a":"1"})"));
  EXPECT_TRUE(holds("{pointer: /a, equals: '1'}", R"({"a":"1"})"));
  EXPECT_TRUE(holds("{pointer: /a, equals: [question]}", R"({"a":["question"]})"));
  EXPECT_FALSE(holds("{pointer: /a, equals: [question]}", R"({"a":["question","x"]})"));
  EXPECT_TRUE(holds("{pointer: /a, equals: null}", R"({"a":null})"));
}

TEST(Condition, EqualsTellsHugeNumbersApart) {
  EXPECT_FALSE(holds("{pointer: /a, equals: 9007199254740993}", R"({"a":9007199254740992})"));
  EXPECT_FALSE(holds("{pointer: /a, equals: -1}", R"({"a":18446744073709551615})"));
}

TEST(Condition, InIsAnyOfTheList) {
  EXPECT_TRUE(holds("{pointer: /a, in: [low, 2]}", R"({"a":2})"));
  EXPECT_FALSE(holds("{pointer: /a, in: [low, 2]}", R"({"a":"high"})"));
}

TEST(Condition, NumbersCompareWithNumbersOnly) {
  EXPECT_TRUE(holds("{pointer: /a, gt: 0.3}", R"({"a":0.31})"));
  EXPECT_FALSE(holds("{pointer: /a, gt: 0.3}", R"({"a":0.3})"));
  EXPECT_TRUE(holds("{pointer: /a, gte: 3}", R"({"a":3})"));
  EXPECT_TRUE(holds("{pointer: /a, lt: 50}", R"({"a":49.9})"));
  EXPECT_TRUE(holds("{pointer: /a, lte: 50}", R"({"a":50})"));
  EXPECT_FALSE(holds("{pointer: /a, gt: 1}", R"({"a":"2"})"));
  EXPECT_FALSE(holds("{pointer: /a, lt: 50}", R"({"a":null})"));
}

TEST(Condition, ContainsLooksIntoTextsListsAndObjects) {
  EXPECT_TRUE(holds("{pointer: /a, contains: llm}", R"({"a":"my-llm-x"})"));
  EXPECT_TRUE(holds("{pointer: /a, contains: 2}", R"({"a":[1,2]})"));
  EXPECT_TRUE(holds("{pointer: /a, contains: shell}", R"({"a":{"shell":1}})"));
  EXPECT_FALSE(holds("{pointer: /a, contains: x}", R"({"a":{"shell":"x"}})"));
  EXPECT_FALSE(holds("{pointer: /a, contains: x}", R"({"a":7})"));
}

TEST(Condition, MatchesSearchesTheText) {
  EXPECT_TRUE(holds("{pointer: /a, matches: 'b+c'}", R"({"a":"xabbcx"})"));
  EXPECT_FALSE(holds("{pointer: /a, matches: '^b'}", R"({"a":"ab"})"));
  EXPECT_TRUE(holds("{pointer: /a, matches: [x, '(?i)AB']}", R"({"a":"ab"})"));
  EXPECT_FALSE(holds("{pointer: /a, matches: '1'}", R"({"a":1})"));
}

TEST(Condition, MatchesReadsAnArgumentListAsACommandLine) {
  EXPECT_TRUE(holds("{pointer: /a, matches: '^rm -rf /etc$'}", R"({"a":["rm","-rf","/etc"]})"));
  EXPECT_FALSE(holds("{pointer: /a, matches: 'rm'}", R"({"a":["rm",1]})"));
}

TEST(Condition, LengthCountsCharactersElementsAndMembers) {
  EXPECT_TRUE(holds("{pointer: /a, length_gt: 2}", R"({"a":"äöü"})"));
  EXPECT_FALSE(holds("{pointer: /a, length_gt: 3}", R"({"a":"äöü"})"));
  EXPECT_TRUE(holds("{pointer: /a, length_gt: 0}", R"({"a":[0]})"));
  EXPECT_TRUE(holds("{pointer: /a, length_lt: 1}", R"({"a":{}})"));
  EXPECT_FALSE(holds("{pointer: /a, length_lt: 1}", R"({"a":7})"));
}

TEST(Condition, TypeNamesJsonTypes) {
  EXPECT_TRUE(holds("{pointer: /a, type: string}", R"({"a":""})"));
  EXPECT_TRUE(holds("{pointer: /a, type: number}", R"({"a":1.5})"));
  EXPECT_TRUE(holds("{pointer: /a, type: boolean}", R"({"a":false})"));
  EXPECT_TRUE(holds("{pointer: /a, type: array}", R"({"a":[]})"));
  EXPECT_TRUE(holds("{pointer: /a, type: object}", R"({"a":{}})"));
  EXPECT_TRUE(holds("{pointer: /a, type: null}", R"({"a":null})"));
  EXPECT_FALSE(holds("{pointer: /a, type: string}", R"({"a":1})"));
}

TEST(Condition, ComparisonsOfOneConditionHoldForOneValue) {
  const std::string between = "{pointer: /a/*, gt: 1, lt: 5}";
  EXPECT_TRUE(holds(between, R"({"a":[0,3,9]})"));
  EXPECT_FALSE(holds(between, R"({"a":[0,9]})"));
}

TEST(Condition, AllAnyNotNest) {
  const std::string when =
      "{all: [{any: [{pointer: /a, equals: 1}, {pointer: /b, equals: 1}]}, {not: {pointer: /c, "
      "exists: true}}]}";
  EXPECT_TRUE(holds(when, R"({"b":1})"));
  EXPECT_FALSE(holds(when, R"({"b":1,"c":0})"));
  EXPECT_FALSE(holds(when, R"({"b":2})"));
}

TEST(Condition, EachHoldsForOneElementWhole) {
  const std::string when =
      "{each: /t/*, when: {all: [{pointer: /tool, equals: write}, {pointer: /path, matches: "
      "'^/etc/'}]}}";
  EXPECT_TRUE(holds(when, R"({"t":[{"tool":"write","path":"/etc/x"}]})"));
  EXPECT_FALSE(
      holds(when, R"({"t":[{"tool":"read","path":"/etc/x"},{"tool":"write","path":"x"}]})"));
}

TEST(Condition, MembersOfTheEventAreAtTheRootAndWin) {
  EXPECT_TRUE(holds("{pointer: /task_id, equals: task-1}", R"({"task_id":"forged"})"));
  EXPECT_TRUE(holds("{pointer: /event_type, equals: T}", "{}"));
  EXPECT_TRUE(holds("{pointer: /user, equals: kim}", R"({"user":"kim"})"));
}

TEST(Condition, PatternsOfOneSetAreToldApart) {
  const std::string when =
      "{all: [{pointer: /a/**, matches: one}, {not: {pointer: /a/**, matches: two}}]}";
  EXPECT_TRUE(holds(when, R"({"a":["one","three"]})"));
  EXPECT_FALSE(holds(when, R"({"a":["one","two"]})"));
}

}  // namespace
}  // namespace replay::policy::testing
