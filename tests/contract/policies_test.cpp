#include <gtest/gtest.h>

#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

constexpr auto kPolicy = R"(policy: house
version: 7
rules:
  - id: RISK_BIG
    on: ["TASK_*"]
    when:
      all:
        - {pointer: "/size", gt: 10}
        - not: {pointer: "/approved", equals: true}
    finding: {kind: RISK, severity: MEDIUM, message: "Too big"}
allow:
  - id: ci-may
    rules: ["RISK_*"]
    when: {pointer: "/task_id", matches: "^ci-"}
    reason: "Reviewed in CI"
    expires: 2999-01-01T00:00:00Z
  - id: long-ago
    rules: [RISK_BIG]
    when: {pointer: "/task_id", matches: "^old-"}
    reason: "Was fine once"
    expires: 2020-01-01T00:00:00Z
decide:
  TASK_CREATED: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: PAUSE, LOW: PAUSE, NONE: ALLOW}
)";

class Policies : public ::testing::Test {
 protected:
  Policies() {
    write_policy(kPolicy);
    daemon_ = std::make_unique<TestDaemon>(DaemonOptions{
        .registry = {},
        .config = "policy:\n  files: [\"" + directory_.file("house.yml").string() + "\"]\n",
        .flags = {}});
  }

  void write_policy(const std::string& text) { write_file(directory_.file("house.yml"), text); }

  /// The snapshot of the decision on a new task.
  json::value snapshot_of(const std::string& task, json::object payload) {
    const json::value answer = daemon_->decide(created("evt-" + task, task, std::move(payload)));
    return at(daemon_->ask("/decisions/" + text_at(answer, "/decisions/0/decision_id")),
              "/decision_snapshot");
  }

  TempDir directory_;
  std::unique_ptr<TestDaemon> daemon_;
};

TEST_F(Policies, ARuleOfTheFileDecidesAndItsNameIsRecorded) {
  const json::value snapshot = snapshot_of("task-1", {{"size", 11}});
  EXPECT_EQ(text_at(snapshot, "/policy"), "house@7");
  EXPECT_NE(daemon_->get("/metrics")
                .body.find("decision_replay_policy_info{policy=\"house@7\",sha256=\"" +
                           text_at(snapshot, "/policy_sha256") + "\"} 1"),
            std::string::npos);
  EXPECT_EQ(text_at(snapshot, "/decision/decision_type"), "PAUSE");
  EXPECT_EQ(text_at(snapshot, "/findings/0/code"), "RISK_BIG");
  EXPECT_EQ(text_at(snapshot_of("task-2", {{"size", 10}}), "/decision/decision_type"), "ALLOW");
  EXPECT_EQ(
      text_at(snapshot_of("task-3", {{"size", 11}, {"approved", true}}), "/decision/decision_type"),
      "ALLOW");
}

TEST_F(Policies, AnExceptionSuppressesTheFindingWhichStaysInTheSnapshot) {
  const json::value snapshot = snapshot_of("ci-1", {{"size", 11}});
  EXPECT_EQ(text_at(snapshot, "/decision/decision_type"), "ALLOW");
  EXPECT_EQ(text_at(snapshot, "/findings/0/suppressed_by"), "ci-may");
}

TEST_F(Policies, AnExpiredExceptionSuppressesNothing) {
  EXPECT_EQ(text_at(snapshot_of("old-1", {{"size", 11}}), "/decision/decision_type"), "PAUSE");
}

TEST_F(Policies, AReloadTakesTheFilesNewContent) {
  std::string stricter = kPolicy;
  stricter.replace(stricter.find("version: 7"), 10, "version: 8");
  stricter.replace(stricter.find("gt: 10"), 6, "gt: 5 ");
  write_policy(stricter);
  daemon_->reload();
  const json::value snapshot = snapshot_of("task-1", {{"size", 6}});
  EXPECT_EQ(text_at(snapshot, "/policy"), "house@8");
  EXPECT_EQ(text_at(snapshot, "/decision/decision_type"), "PAUSE");
}

TEST_F(Policies, AFileWithAMistakeIsRefusedWholeAndTheOldOneStaysInForce) {
  std::string broken = kPolicy;
  broken.replace(broken.find("version: 7"), 10, "version: 8");
  broken.replace(broken.find("gt: 10"), 6, "gd: 10");
  write_policy(broken);
  const HttpResponse answer = daemon_->post("/-/reload", "");
  EXPECT_GE(answer.status, 400);
  const std::string detail = text_at(answer.to_json(), "/detail");
  EXPECT_NE(detail.find("house.yml"), std::string::npos) << detail;
  EXPECT_NE(detail.find(":8"), std::string::npos) << "the line: " << detail;
  EXPECT_NE(detail.find("gd"), std::string::npos) << "the reason: " << detail;
  EXPECT_EQ(text_at(snapshot_of("task-1", {{"size", 11}}), "/policy"), "house@7");
}

TEST_F(Policies, AMistakeAtTheStartEndsTheProgram) {
  write_policy("policy: house\nversion: 1\nrules: [{id: X}]\n");
  EXPECT_NE(
      run_program({"serve", "--config.file", daemon_->config_file().string(), "--registry.path",
                   directory_.file("other.sqlite").string(), "--web.listen-address", "127.0.0.1:0"})
          .exit_code,
      0);
}

}  // namespace
}  // namespace replay::testing
