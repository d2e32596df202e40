#include <gtest/gtest.h>

#include "base/time.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

/// task-1 allowed, task-2 blocked.
class Api : public ::testing::Test {
 protected:
  Api() {
    const json::value answer = daemon_.decide(
        json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
    for (const json::value& decision : array_at(answer, "/decisions")) {
      if (text_at(decision, "/event_id") == "evt-1")
        decision_id_ = text_at(decision, "/decision_id");
    }
  }
  void expect_error(const std::string& path, unsigned status) {
    const HttpResponse answer = daemon_.api(path);
    EXPECT_EQ(answer.status, status) << path;
    EXPECT_EQ(answer.to_json().as_object().size(), 1U) << answer.body;
    EXPECT_FALSE(text_at(answer.to_json(), "/detail").empty()) << path;
    EXPECT_TRUE(answer.header("Content-Type").starts_with("application/json"));
  }
  HttpResponse unblock(const std::string& task, const std::string& body) {
    return daemon_.post("/api/governance/tasks/" + task + "/unblock", body);
  }

  TestDaemon daemon_;
  std::string decision_id_;
};

TEST_F(Api, SummaryOfAnAllowedTask) {
  const json::value summary = daemon_.ask("/tasks/task-1/summary");
  EXPECT_EQ(text_at(summary, "/task_id"), "task-1");
  EXPECT_EQ(text_at(summary, "/status"), "VERIFYING");
  EXPECT_EQ(text_at(summary, "/last_decision_type"), "ALLOWED");
  EXPECT_TRUE(parse_instant(text_at(summary, "/last_decision_ts")));
  EXPECT_TRUE(at(summary, "/blocked_reason_code").is_null());
  EXPECT_EQ(int_at(summary, "/inbox_backlog"), 0);
  EXPECT_EQ(int_at(summary, "/decision_count"), 1);
}

TEST_F(Api, SummaryOfABlockedTaskNamesTheReason) {
  const json::value summary = daemon_.ask("/tasks/task-2/summary");
  EXPECT_EQ(text_at(summary, "/status"), "BLOCKED");
  EXPECT_EQ(text_at(summary, "/last_decision_type"), "BLOCKED");
  EXPECT_TRUE(text_at(summary, "/blocked_reason_code").starts_with("REDLINE_"));
}

TEST_F(Api, SummaryOfAnUnknownTaskIsNotFound) { expect_error("/tasks/task-9/summary", 404); }

TEST_F(Api, ATraceItemOfAnAudit) {
  const json::value trace = daemon_.ask("/tasks/task-1/decision-trace");
  EXPECT_EQ(text_at(trace, "/task_id"), "task-1");
  EXPECT_EQ(int_at(trace, "/count"), 1);
  EXPECT_TRUE(at(trace, "/next_cursor").is_null());
  const json::value& item = at(trace, "/trace_items/0");
  EXPECT_EQ(text_at(item, "/kind"), "audit");
  EXPECT_TRUE(at(item, "/audit_id").is_int64());
  EXPECT_EQ(text_at(item, "/event_type"), "SUPERVISOR_ALLOWED");
  EXPECT_EQ(text_at(item, "/decision_id"), decision_id_);
  EXPECT_EQ(text_at(item, "/decision_snapshot/decision_id"), decision_id_);
  EXPECT_TRUE(parse_instant(text_at(item, "/ts")));
}

TEST_F(Api, ATraceItemOfAnEvent) {
  ForeignWriter(daemon_.registry())
      .task_event("task-1", "phase_enter", R"({"phase": "x"})", "2026-01-28 10:30:00");
  const json::value trace = daemon_.ask("/tasks/task-1/decision-trace");
  const json::value& item = at(trace, "/trace_items/1");
  EXPECT_EQ(text_at(item, "/ts"), "2026-01-28T10:30:00.000000Z");
  EXPECT_EQ(text_at(item, "/kind"), "event");
  EXPECT_EQ(text_at(item, "/event_id"), "1");
  EXPECT_EQ(text_at(item, "/event_type"), "phase_enter");
  EXPECT_EQ(at(item, "/payload"), (json::value{{"phase", "x"}}));
}

TEST_F(Api, ADecisionById) {
  const json::value decision = daemon_.ask("/decisions/" + decision_id_);
  EXPECT_EQ(text_at(decision, "/decision_id"), decision_id_);
  EXPECT_EQ(text_at(decision, "/decision_snapshot/event/event_id"), "evt-1");
}

TEST_F(Api, ADecisionWithoutASnapshotIsItsWholePayload) {
  ForeignWriter(daemon_.registry())
      .run(
          "INSERT INTO task_audits (task_id, event_type, payload, decision_id) VALUES ('task-1', "
          "'SUPERVISOR_ALLOWED', '{\"reason\": \"old\"}', 'dec-old')");
  EXPECT_EQ(at(daemon_.ask("/decisions/dec-old"), "/decision_snapshot"),
            (json::value{{"reason", "old"}}));
}

TEST_F(Api, ADecisionWhosePayloadIsNoJsonIsServedWithAnError) {
  ForeignWriter(daemon_.registry())
      .run(
          "INSERT INTO task_audits (task_id, event_type, payload, decision_id) VALUES ('task-1', "
          "'SUPERVISOR_ALLOWED', 'Traceback', 'dec-bad')");
  EXPECT_TRUE(has(daemon_.ask("/decisions/dec-bad"), "/payload_error"));
}

TEST_F(Api, AnUnknownDecisionIsNotFound) { expect_error("/decisions/dec-unknown", 404); }

TEST_F(Api, WindowsOutOfRangeAreSaid) {
  for (const std::string path :
       {"/stats/decision-types", "/stats/decision-lag", "/stats/blocked-reasons",
        "/stats/timeseries?series=decision-lag&step=hour"}) {
    const std::string join = path.find('?') == std::string::npos ? "?" : "&";
    for (const std::string window :
         {"0m", "91d", "2161h", "1w", "h", "-1h", "1.5h", "24", "+1h", "24H", "%201h", ""}) {
      expect_error(path + join + "window=" + window, 422);
    }
    for (const std::string window : {"1m", "90d", "2160h", "129600m", "1h"}) {
      EXPECT_EQ(daemon_.api(path + join + "window=" + window).status, 200) << path << window;
    }
  }
}

TEST_F(Api, OtherParametersOutOfRangeAreSaid) {
  for (const std::string path :
       {"/stats/decision-lag?pctl=49", "/stats/decision-lag?pctl=100", "/stats/decision-lag?pctl=x",
        "/stats/blocked-reasons?top_n=0", "/stats/blocked-reasons?top_n=101",
        "/stats/timeseries?series=unknown&window=1h&step=hour",
        "/stats/timeseries?series=decision-lag&window=1h&step=minute", "/tasks?limit=0"}) {
    expect_error(path, 422);
  }
}

TEST_F(Api, TasksAreListedByStatusInEitherCase) {
  ForeignWriter(daemon_.registry()).task("task-3", "blocked");
  for (const std::string status : {"BLOCKED", "blocked"}) {
    const json::value tasks = daemon_.ask("/tasks?status=" + status);
    ASSERT_EQ(array_at(tasks, "/tasks").size(), 2U);
    EXPECT_EQ(text_at(tasks, "/tasks/0/task_id"), "task-3");
    EXPECT_EQ(text_at(tasks, "/tasks/0/status"), "blocked");
    EXPECT_TRUE(at(tasks, "/next_cursor").is_null());
  }
  EXPECT_EQ(array_at(daemon_.ask("/tasks"), "/tasks").size(), 3U);
  EXPECT_TRUE(array_at(daemon_.ask("/tasks?status=NONE"), "/tasks").empty());
}

TEST_F(Api, TasksAreListedPageByPageEachOnce) {
  ForeignWriter agentos(daemon_.registry());
  for (int i = 10; i < 35; ++i) agentos.task("task-" + std::to_string(i));
  std::multiset<std::string> met;
  std::string cursor;
  do {
    const json::value page = daemon_.ask("/tasks?limit=4" + cursor);
    for (const json::value& task : array_at(page, "/tasks")) met.insert(text_at(task, "/task_id"));
    cursor = at(page, "/next_cursor").is_null() ? "" : "&cursor=" + text_at(page, "/next_cursor");
    agentos.task("new-" + std::to_string(met.size()));
  } while (!cursor.empty());
  EXPECT_EQ(met.size(), 27U);
  EXPECT_EQ(std::set<std::string>(met.begin(), met.end()).size(), 27U);
  expect_error("/tasks?cursor=x", 400);
}

TEST_F(Api, TheInboxIsCounted) {
  const json::value inbox = daemon_.ask("/inbox");
  EXPECT_EQ(int_at(inbox, "/pending"), 0);
  EXPECT_EQ(int_at(inbox, "/processing"), 0);
  EXPECT_EQ(int_at(inbox, "/failed"), 0);
  EXPECT_EQ(int_at(inbox, "/completed"), 2);
  EXPECT_TRUE(at(inbox, "/oldest_pending_age_seconds").is_null());
}

TEST_F(Api, UnblockingMakesTheTaskRunAndIsAudited) {
  const HttpResponse answer = unblock("task-2", R"({"actor": "ada", "reason": "false positive"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(text_at(daemon_.ask("/tasks/task-2/summary"), "/status"), "RUNNING");
  EXPECT_TRUE(at(daemon_.ask("/tasks/task-2/summary"), "/blocked_reason_code").is_null());
  const json::value trace = daemon_.ask("/tasks/task-2/decision-trace");
  EXPECT_EQ(text_at(trace, "/trace_items/0/event_type"), "MANUAL_UNBLOCK");
  ForeignWriter registry(daemon_.registry());
  const json::value payload = *parse_json(
      registry.text("SELECT payload FROM task_audits WHERE event_type = 'MANUAL_UNBLOCK'"));
  EXPECT_EQ(text_at(payload, "/actor"), "ada");
  EXPECT_EQ(text_at(payload, "/reason"), "false positive");
}

TEST_F(Api, UnblockingWhatIsNotBlockedIsAConflict) {
  EXPECT_EQ(unblock("task-1", R"({"actor": "ada", "reason": "x"})").status, 409);
  EXPECT_EQ(unblock("task-9", R"({"actor": "ada", "reason": "x"})").status, 404);
  EXPECT_EQ(unblock("task-2", R"({"actor": "ada", "reason": "x"})").status, 200);
  EXPECT_EQ(unblock("task-2", R"({"actor": "ada", "reason": "x"})").status, 409);
}

TEST_F(Api, UnblockingNeedsAnActorAndAReason) {
  for (const std::string body : {"{}", R"({"actor": "ada"})", R"({"actor": "", "reason": "x"})",
                                 R"({"actor": 7, "reason": "x"})"}) {
    const unsigned status = unblock("task-2", body).status;
    EXPECT_TRUE(status == 400 || status == 422) << body << " " << status;
  }
  EXPECT_EQ(unblock("task-2", "{").status, 400);
  EXPECT_EQ(daemon_.post("/api/governance/tasks/task-2/unblock", "{}", "text/plain").status, 415);
  EXPECT_EQ(text_at(daemon_.ask("/tasks/task-2/summary"), "/status"), "BLOCKED");
}

TEST_F(Api, OtherMethodsAreRefusedWithThoseAllowed) {
  for (const std::string path :
       {"/api/governance/tasks", "/api/governance/inbox", "/metrics", "/"}) {
    const HttpResponse answer = daemon_.client().request("DELETE", path);
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_NE(answer.header("Allow").find("GET"), std::string::npos);
    EXPECT_NE(answer.header("Allow").find("HEAD"), std::string::npos);
    EXPECT_TRUE(has(answer.to_json(), "/detail"));
  }
}

TEST_F(Api, UnknownPathsAreNotFound) {
  for (const std::string path :
       {"/api/governance/unknown", "/api/governance/tasks/", "/favicon.ico"}) {
    const HttpResponse answer = daemon_.get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_TRUE(has(answer.to_json(), "/detail"));
  }
}

TEST_F(Api, HeadWorksWhereGetDoes) {
  for (const std::string path :
       {"/", "/metrics", "/-/healthy", "/-/ready", "/openapi.json", "/api/governance/inbox",
        "/api/governance/integrity", "/api/governance/tasks",
        "/api/governance/tasks/task-1/summary", "/api/governance/stats/decision-lag",
        "/api/governance/stats/decision-types", "/api/governance/stats/blocked-reasons"}) {
    EXPECT_EQ(daemon_.head(path).status, 200) << path;
    EXPECT_TRUE(daemon_.head(path).body.empty());
    EXPECT_EQ(daemon_.get(path).status, 200) << path;
  }
}

TEST_F(Api, ReloadIsAskedForByPost) {
  EXPECT_EQ(daemon_.post("/-/reload", "").status, 200);
  EXPECT_EQ(daemon_.get("/-/reload").status, 405);
}

TEST_F(Api, TheLandingPageLinksToTheMetrics) {
  const HttpResponse page = daemon_.get("/");
  EXPECT_TRUE(page.header("Content-Type").starts_with("text/html"));
  EXPECT_NE(page.body.find("\"/metrics\""), std::string::npos);
}

TEST_F(Api, TheReadyDaemonIsHealthyAndReady) {
  EXPECT_EQ(daemon_.get("/-/healthy").status, 200);
  EXPECT_EQ(daemon_.get("/-/ready").status, 200);
}

TEST_F(Api, ReadsGoOnWhileAForeignWriterHoldsTheLockAndWritesSayTryAgain) {
  ForeignWriter agentos(daemon_.registry());
  agentos.script("BEGIN IMMEDIATE; UPDATE tasks SET title = 'held'");
  for (const std::string path :
       {"/tasks/task-1/summary", "/tasks/task-1/decision-trace", "/inbox", "/integrity",
        "/stats/decision-types", "/stats/decision-lag", "/stats/blocked-reasons"}) {
    EXPECT_EQ(daemon_.api(path).status, 200) << path;
  }
  EXPECT_EQ(daemon_.get("/metrics").status, 200);
  const HttpResponse refused = daemon_.send(created("evt-3", "task-3"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_GE(std::stoi(refused.header("Retry-After")), 1);
  agentos.script("ROLLBACK");
  EXPECT_EQ(int_at(daemon_.send(created("evt-3", "task-3")).to_json(), "/accepted"), 1)
      << "what was refused must not be known";
}

class Integrity : public ::testing::Test {
 protected:
  Integrity() {
    build_registry(path(), {.seed = 8,
                            .upstream_indexes = false,
                            .audits = 800,
                            .orphans = 12,
                            .bad_json = 9,
                            .bad_timestamps = 6});
  }
  std::filesystem::path path() const { return directory_.file("registry.sqlite"); }

  TempDir directory_;
};

TEST_F(Integrity, CountsWhatCannotBeRead) {
  TestDaemon daemon({.registry = path(), .config = {}, .flags = {}});
  daemon.settle();
  const json::value integrity = daemon.ask("/integrity");
  EXPECT_EQ(int_at(integrity, "/orphaned_audits"), 12);
  EXPECT_EQ(int_at(integrity, "/unreadable_payloads"), 9);
  EXPECT_EQ(int_at(integrity, "/unreadable_timestamps"), 6);
  EXPECT_TRUE(array_at(integrity, "/missing_indexes").empty());
  EXPECT_TRUE(array_at(integrity, "/harmful_indexes").empty());
  EXPECT_TRUE(at(integrity, "/summary/last_verified_at").is_null());
  EXPECT_TRUE(has(integrity, "/summary/drift"));
  EXPECT_TRUE(parse_instant(text_at(integrity, "/checked_at")));
}

TEST(IntegrityOfIndexes, NamesTheHarmfulOne) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  create_agentos_tables(path, {});
  ForeignWriter(path).script(
      "CREATE INDEX idx_audits_recent ON task_audits(created_at) WHERE created_at >= "
      "datetime('now', "
      "'-7 days')");
  TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  EXPECT_EQ(array_at(daemon.ask("/integrity"), "/harmful_indexes"),
            json::array{"idx_audits_recent"});
  EXPECT_NE(daemon.log().find("idx_audits_recent"), std::string::npos) << "start-up warns";
}

}  // namespace
}  // namespace replay::testing
