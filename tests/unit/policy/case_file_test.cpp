#include "policy/case_file.h"

#include <string>

#include <gtest/gtest.h>

#include "support.h"

namespace replay::policy::testing {
namespace {

CaseReport run(const std::string& cases) {
  const auto engine = engine_of(rule_when("{pointer: /a, exists: true}"));
  return run_cases(*engine, {"c.yml", cases}, noon());
}

TEST(CaseFile, PassesWhereEverythingIsDecidedAsExpected) {
  const CaseReport report = run(R"(cases:
  - {event: {event_type: T, payload: {a: 1}}, decision: BLOCK, codes: [R]}
  - {event: {event_type: T}, decision: ALLOW}
)");
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(report.cases, 2U);
}

TEST(CaseFile, ShowsExpectedAndDecidedSideBySide) {
  const CaseReport report = run(
      "cases:\n  - {name: a is fine, event: {event_type: T, payload: {a: 1}}, decision: ALLOW}\n");
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0],
            "c.yml:2: a is fine: expected ALLOW []\n"
            "    decided  BLOCK [R]\n"
            "    because  Blocked by R: Found.\n"
            "    event    T {\"a\":1}");
}

TEST(CaseFile, MissingCodesAreADifference) {
  EXPECT_EQ(run("cases:\n  - {event: {event_type: T, payload: {a: 1}}, decision: BLOCK}\n")
                .differences.size(),
            1U);
}

TEST(CaseFile, PayloadThatIsNoObjectIsADifferenceNotACrash) {
  const CaseReport report =
      run("cases:\n  - {event: {event_type: T, payload: [1]}, decision: ALLOW}\n");
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_NE(report.differences[0].find("decided  an error"), std::string::npos);
}

TEST(CaseFile, MistakesInTheFileHaveTheirPlace) {
  const CaseReport report = run("cases:\n  - {event: {event_typo: T}, decision: MAYBE}\n");
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.cases, 0U);
  ASSERT_EQ(report.mistakes.size(), 3U);
  EXPECT_EQ(
      to_string(report.mistakes[0]),
      "c.yml:2:14: error: An event has no \"event_typo\"; it takes event_type, task_id, payload.");
}

}  // namespace
}  // namespace replay::policy::testing
