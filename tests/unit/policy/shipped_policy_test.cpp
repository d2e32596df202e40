#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "policy/case_file.h"
#include "support.h"

namespace replay::policy::testing {
namespace {

const std::filesystem::path kSource = REPLAY_SOURCE_DIR;

/// A policy that ships, with its cases beside it.
struct Shipped {
  std::string name;
  std::size_t at_least_cases;
};

void PrintTo(const Shipped& shipped, std::ostream* out) { *out << shipped.name; }

class ShippedPolicy : public ::testing::TestWithParam<Shipped> {
 protected:
  static LoadResult loaded() {
    return load({kSource / "policies" / (GetParam().name + ".yml")}, noon());
  }
  static CaseReport run(const Engine& engine) {
    const auto cases = kSource / "policies" / (GetParam().name + ".cases.yml");
    return run_cases(engine, {cases.string(), read_file(cases)}, noon());
  }
};

TEST_P(ShippedPolicy, LoadsWithoutAWarning) {
  const LoadResult result = loaded();
  ASSERT_NE(result.engine, nullptr) << messages(result);
  EXPECT_TRUE(result.diagnostics.empty()) << messages(result);
  EXPECT_EQ(result.engine->name(), GetParam().name + "@1");
}

TEST_P(ShippedPolicy, DecidesItsCasesAsExpected) {
  const LoadResult result = loaded();
  ASSERT_NE(result.engine, nullptr) << messages(result);
  const CaseReport report = run(*result.engine);
  for (const Diagnostic& mistake : report.mistakes) ADD_FAILURE() << to_string(mistake);
  for (const std::string& difference : report.differences) ADD_FAILURE() << difference;
  EXPECT_GE(report.cases, GetParam().at_least_cases);
}

TEST_P(ShippedPolicy, EveryRuleHasACaseThatItMatches) {
  const LoadResult result = loaded();
  ASSERT_NE(result.engine, nullptr) << messages(result);
  (void)run(*result.engine);
  for (const RuleStats& rule : result.engine->stats()) EXPECT_GT(rule.matches, 0U) << rule.rule;
}

INSTANTIATE_TEST_SUITE_P(All, ShippedPolicy,
                         ::testing::Values(Shipped{"default", 280}, Shipped{"agentos-specs", 170}),
                         [](const auto& test) {
                           return test.param.name == "default" ? "Default" : "AgentosSpecs";
                         });

TEST(ShippedPolicies, AddUpToOne) {
  const LoadResult result =
      load({kSource / "policies/default.yml", kSource / "policies/agentos-specs.yml"}, noon());
  ASSERT_NE(result.engine, nullptr) << messages(result);
  EXPECT_TRUE(result.diagnostics.empty()) << messages(result);
  const Decision decision = result.engine->decide(
      event("TASK_CREATED", R"({"command":"rm -rf /etc","command_spec":{}})"), {}, noon());
  EXPECT_EQ(decision.findings.size(), 5U) << "REDLINE_001 and C1 to C4";
}

/// The ```yaml blocks of the document.
std::vector<std::string> yaml_examples(const std::string& document) {
  std::vector<std::string> examples;
  constexpr std::string_view kOpen = "```yaml\n";
  for (std::size_t at = document.find(kOpen); at != std::string::npos;
       at = document.find(kOpen, at)) {
    at += kOpen.size();
    const std::size_t end = document.find("```", at);
    examples.push_back(document.substr(at, end - at));
    at = end;
  }
  return examples;
}

/// A policy as it stands; a lone rule, exception or condition in what it needs around it.
std::string completed(const std::string& example) {
  if (example.find("policy:") != std::string::npos) return example;
  std::string indented;
  for (std::size_t at = 0; at < example.size();) {
    const std::size_t end = example.find('\n', at) + 1;
    indented += "      " + example.substr(at, end - at);
    at = end;
  }
  return "policy: example\nversion: 1\nrules:\n  - id: EXAMPLE\n    on: TASK_CREATED\n    when:\n" +
         indented +
         "    finding: {kind: RISK, severity: LOW, message: Example}\ndecide:\n"
         "  TASK_CREATED: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: PAUSE, LOW: PAUSE, NONE: ALLOW}\n";
}

TEST(PolicyDocument, EveryExampleLoadsWithoutAWarning) {
  const auto examples = yaml_examples(read_file(kSource / "docs/policies.md"));
  EXPECT_GE(examples.size(), 10U);
  for (const std::string& example : examples) {
    if (example.starts_with("cases:")) continue;
    const LoadResult result = load_sources({{"docs/policies.md", completed(example)}}, noon());
    EXPECT_TRUE(result.diagnostics.empty()) << messages(result) << example;
  }
}

TEST(PolicyDocument, ItsCasesHoldForThePolicyBeforeThem) {
  const auto examples = yaml_examples(read_file(kSource / "docs/policies.md"));
  std::unique_ptr<Engine> engine;
  int case_files = 0;
  for (const std::string& example : examples) {
    if (!example.starts_with("cases:")) {
      if (example.starts_with("policy:")) engine = engine_of(example);
      continue;
    }
    ++case_files;
    ASSERT_NE(engine, nullptr);
    const CaseReport report = run_cases(*engine, {"docs/policies.md", example}, noon());
    for (const Diagnostic& mistake : report.mistakes) ADD_FAILURE() << to_string(mistake);
    for (const std::string& difference : report.differences) ADD_FAILURE() << difference;
  }
  EXPECT_GE(case_files, 1);
}

}  // namespace
}  // namespace replay::policy::testing
