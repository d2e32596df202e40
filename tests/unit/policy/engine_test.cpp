#include "policy/engine.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "policy/explanation.h"
#include "support.h"

namespace replay::policy::testing {
namespace {

constexpr auto kTwoRules = R"(
policy: two
version: 3
rules:
  - {id: LOW_1, on: "T*", when: {pointer: /a, exists: true}, finding: {kind: RISK, severity: LOW, message: Has a}}
  - {id: HIGH_1, on: T, when: {pointer: /b, exists: true}, finding: {kind: REDLINE, severity: HIGH, message: "Has b."}}
allow:
  - {id: old, rules: ["*"], reason: Was fine, expires: 2026-01-01T00:00:00Z}
  - {id: kim, rules: ["HIGH_*"], when: {pointer: /user, equals: kim}, reason: Kim may, expires: 2027-01-01T00:00:00Z}
decide:
  T: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: PAUSE, LOW: PAUSE, NONE: ALLOW}
  "F*": {CRITICAL: BLOCK, HIGH: RETRY, MEDIUM: RETRY, LOW: RETRY, NONE: RETRY}
  FX: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: BLOCK, LOW: BLOCK, NONE: BLOCK}
)";

std::string reason_of_failure(const std::string& payload, std::uint64_t retry_count = 0) {
  const auto engine = engine_of(kTwoRules);
  return engine->decide(event("F", payload), {.task = {}, .retry_count = retry_count}, noon())
      .reason;
}

TEST(Engine, MostSeriousFindingDecidesAndComesFirst) {
  const Decision decision = decide(*engine_of(kTwoRules), R"({"a":1,"b":1})");
  EXPECT_EQ(decision.type, DecisionType::block);
  ASSERT_EQ(decision.findings.size(), 2U);
  EXPECT_EQ(decision.findings[0].code, "HIGH_1");
  EXPECT_EQ(decision.reason, "Blocked by HIGH_1: Has b.");
  EXPECT_EQ(decision.policy, "two@3");
}

TEST(Engine, SuppressedFindingStaysButDoesNotCount) {
  const Decision decision = decide(*engine_of(kTwoRules), R"({"a":1,"b":1,"user":"kim"})");
  EXPECT_EQ(decision.type, DecisionType::pause);
  EXPECT_EQ(decision.reason, "Paused by LOW_1: Has a.");
  ASSERT_EQ(decision.findings.size(), 2U);
  EXPECT_EQ(decision.findings[1].code, "HIGH_1");
  EXPECT_EQ(decision.findings[1].suppressed_by, "kim");
}

TEST(Engine, ExpiredExceptionCoversNothing) {
  const auto engine = engine_of(kTwoRules);
  const Instant later = *parse_instant("2027-01-01T00:00:00Z");
  const Decision decision = engine->decide(event("T", R"({"b":1,"user":"kim"})"), {}, later);
  EXPECT_EQ(decision.type, DecisionType::block);
}

TEST(Engine, AllowedEventSaysWhy) {
  const auto engine = engine_of(kTwoRules);
  EXPECT_EQ(decide(*engine, "{}").reason, "No finding above the threshold.");
  EXPECT_EQ(decide(*engine, R"({"b":1,"user":"kim"})").reason,
            "Every finding is covered by an exception (kim).");
}

TEST(Engine, TypeThatNothingNamesIsAllowed) {
  const auto engine = engine_of(kTwoRules);
  const Decision decision = engine->decide(event("X", R"({"a":1,"b":1})"), {}, noon());
  EXPECT_EQ(decision.type, DecisionType::allow);
  EXPECT_TRUE(decision.findings.empty());
}

TEST(Engine, ExactRowWinsOverPattern) {
  const auto engine = engine_of(kTwoRules);
  EXPECT_EQ(engine->decide(event("FX", R"({"error_type":"rate_limited"})"), {}, noon()).type,
            DecisionType::block);
  EXPECT_EQ(engine->decide(event("FY", R"({"error_type":"rate_limited"})"), {}, noon()).type,
            DecisionType::retry);
}

TEST(Engine, RetryCountsTheAttempts) {
  EXPECT_EQ(reason_of_failure(R"({"error_type":"network_timeout"})"),
            "Failure looks temporary (network_timeout), attempt 1 of 3.");
  EXPECT_EQ(reason_of_failure(R"({"error":"Network is down"})", 2),
            "Failure looks temporary (network), attempt 3 of 3.");
  EXPECT_EQ(reason_of_failure(R"({"error":"Network is down"})", 3),
            "Failure looks temporary (network), but all 3 retries are used.");
}

TEST(Engine, PermanentFailureIsBlocked) {
  EXPECT_EQ(reason_of_failure(R"({"error":"Connection FORBIDDEN"})"),
            "Blocked: the failure looks permanent (forbidden).");
  EXPECT_EQ(reason_of_failure(R"({"error":["timeout"]})"),
            "Blocked: nothing says that the failure is temporary.");
}

TEST(Engine, ExplanationNamesWhatLookedWhatMatchedAndWhatDecided) {
  const auto engine = engine_of(kTwoRules);
  const Event both = event("T", R"({"b":1,"user":"kim"})");
  const Explanation explanation = engine->explain(both, {}, noon());
  ASSERT_EQ(explanation.rules.size(), 2U);
  EXPECT_EQ(explanation.rules[0].rule, "LOW_1");
  EXPECT_FALSE(explanation.rules[0].finding.has_value());
  ASSERT_TRUE(explanation.rules[1].finding.has_value());
  EXPECT_EQ(explanation.rules[1].finding->suppressed_by, "kim");
  EXPECT_EQ(explanation.rules[1].expired, std::vector<std::string>{"old"});
  ASSERT_TRUE(explanation.row.has_value());
  EXPECT_EQ(explanation.row->event_type, "T");
  EXPECT_FALSE(explanation.row->severity.has_value()) << "the only finding does not count";
  EXPECT_EQ(explanation.row->entry, DecisionType::allow);
}

TEST(Engine, ExplanationHoldsTheDecisionItself) {
  const auto engine = engine_of(kTwoRules);
  const Event failed = event("FY", R"({"error":"forbidden"})");
  const Explanation explanation = engine->explain(failed, {}, noon());
  const Decision decision = engine->decide(failed, {}, noon());
  EXPECT_EQ(explanation.decision.type, decision.type);
  EXPECT_EQ(explanation.decision.reason, decision.reason);
  EXPECT_TRUE(explanation.rules.empty()) << "no rule is about it";
  ASSERT_TRUE(explanation.row.has_value());
  EXPECT_EQ(explanation.row->event_type, "F*");
  EXPECT_EQ(explanation.row->entry, DecisionType::retry) << "before the failure was judged";
  EXPECT_FALSE(engine->explain(event("X", "{}"), {}, noon()).row.has_value());
}

TEST(Engine, ContentHasAHashOfAllFilesInOrder) {
  const std::string text = rule_when("{pointer: /a, gt: 1}");
  const std::string more = "policy: more\nversion: 1\n";
  const std::string one = engine_of(text)->sha256();
  EXPECT_EQ(one.size(), 64U);
  EXPECT_EQ(one, engine_of(text)->sha256());
  EXPECT_NE(one, engine_of(rule_when("{pointer: /a, gt: 2}"))->sha256()) << "same name and version";
  const LoadResult two = load_sources({{"a.yml", text}, {"b.yml", more}}, noon());
  const LoadResult turned = load_sources({{"b.yml", more}, {"a.yml", text}}, noon());
  ASSERT_TRUE(two.engine != nullptr && turned.engine != nullptr);
  EXPECT_NE(two.engine->sha256(), turned.engine->sha256());
  EXPECT_EQ(decide(*two.engine, "{}").policy_sha256, two.engine->sha256());
}

TEST(Engine, EvidenceShowsWhereAndWhat) {
  const auto engine = engine_of(rule_when("{pointer: /c/**, matches: 'rm -rf /'}"));
  const Decision decision = decide(*engine, R"({"c":{"x":["ls","rm -rf /"]}})");
  ASSERT_EQ(decision.findings.size(), 1U);
  EXPECT_EQ(json::serialize(decision.findings[0].evidence),
            R"({"pointer":"/c/x","value":"ls rm -rf /"})");
}

TEST(Engine, EvidenceInsideEachHasTheWholePointer) {
  const auto engine = engine_of(rule_when("{each: /t/*, when: {pointer: /p, gt: 1}}"));
  const Decision decision = decide(*engine, R"({"t":[{"p":0},{"p":2}]})");
  ASSERT_EQ(decision.findings.size(), 1U);
  EXPECT_EQ(json::serialize(decision.findings[0].evidence), R"({"pointer":"/t/1/p","value":2})");
}

TEST(Engine, EvidenceOfALongTextIsCutAroundTheMatchBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "ä";
  const auto engine = engine_of(rule_when("{pointer: /a, matches: needle}"));
  const Decision decision = decide(*engine, R"({"a":")" + text + "needle" + text + R"("})");
  ASSERT_EQ(decision.findings.size(), 1U);
  const std::string value(decision.findings[0].evidence.at("value").as_string());
  EXPECT_LE(value.size(), 200U);
  EXPECT_NE(value.find("needle"), std::string::npos);
  EXPECT_TRUE(is_json("\"" + value + "\"")) << "valid UTF-8";
}

TEST(Engine, EvidenceOfAHugeListIsItsBeginning) {
  std::string list = "\"ää\"";
  for (int i = 0; i < 1'000; ++i) list += ",\"ää\"";
  const auto engine = engine_of(rule_when("{pointer: /a, length_gt: 3}"));
  const Decision decision = decide(*engine, R"({"a":[)" + list + "]}");
  ASSERT_EQ(decision.findings.size(), 1U);
  const json::string& value = decision.findings[0].evidence.at("value").as_string();
  EXPECT_LE(value.size(), 200U);
  EXPECT_TRUE(value.starts_with("[\"ää\","));
  EXPECT_TRUE(is_json(json::serialize(json::value(value)))) << "valid UTF-8";
}

TEST(Engine, PayloadThatIsNoObjectIsMalformed) {
  const auto engine = engine_of(kTwoRules);
  for (const char* payload : {"", "nonsense", "[1]", "\"text\"", "{} {}"}) {
    try {
      (void)decide(*engine, payload);
      FAIL() << payload;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed) << payload;
    }
  }
}

TEST(Engine, CountsEvaluationsAndMatchesOfEveryRule) {
  const auto engine = engine_of(kTwoRules);
  (void)decide(*engine, R"({"a":1})");
  (void)decide(*engine, R"({"a":1,"b":1})");
  (void)engine->decide(event("T2", "{}"), {}, noon());
  const std::vector<RuleStats> stats = engine->stats();
  ASSERT_EQ(stats.size(), 2U);
  EXPECT_EQ(stats[0].rule, "LOW_1");
  EXPECT_EQ(stats[0].evaluations, 3U);
  EXPECT_EQ(stats[0].matches, 2U);
  EXPECT_EQ(stats[1].evaluations, 2U);
  EXPECT_EQ(stats[1].matches, 1U);
}

TEST(Engine, DecidesFromSeveralThreads) {
  const auto engine = engine_of(rule_when("{pointer: /a/**, matches: [one, two]}"));
  constexpr int kThreads = 4;
  constexpr int kEvents = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&engine] {
      for (int n = 0; n < kEvents; ++n) {
        EXPECT_EQ(decide(*engine, R"({"a":["x","two"]})").type, DecisionType::block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine->stats()[0].matches, static_cast<std::uint64_t>(kThreads * kEvents));
}

TEST(Engine, HostilePayloadsTakeNoExponentialTime) {
  const auto engine = engine_of(rule_when(
      "{any: [{pointer: /**, matches: '(a+)+$'}, {pointer: '/**/a/**/b', exists: true}]}"));
  std::string nested = "1";
  for (int i = 0; i < 100; ++i) nested = R"({"a":[)" + nested + "]}";
  EXPECT_EQ(decide(*engine, nested).type, DecisionType::allow);
  EXPECT_EQ(decide(*engine, R"({"x":")" + std::string(1U << 20U, 'a') + "!\"}").type,
            DecisionType::allow);
}

}  // namespace
}  // namespace replay::policy::testing
