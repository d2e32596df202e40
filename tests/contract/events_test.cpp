#include <gtest/gtest.h>

#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

constexpr auto kEvents = "/api/governance/events";
constexpr auto kFollowOnly = "supervisor:\n  enabled: false\n";

json::array many(std::size_t count, const std::string& task) {
  json::array events{created("evt-0", task)};
  for (std::size_t i = 1; i < count; ++i) {
    events.push_back(event("evt-" + std::to_string(i), task, "TASK_STEP_COMPLETED"));
  }
  return events;
}

TEST(Events, OneObjectIsAccepted) {
  TestDaemon daemon;
  const HttpResponse answer = daemon.send(created("evt-1", "task-1"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.to_json(),
            (json::value{{"accepted", 1}, {"duplicates", 0}, {"rejected", json::array{}}}));
}

TEST(Events, AnArrayIsAccepted) {
  TestDaemon daemon;
  const HttpResponse answer = daemon.send(many(3, "task-1"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(int_at(answer.to_json(), "/accepted"), 3);
}

TEST(Events, NdjsonIsAcceptedALineEach) {
  TestDaemon daemon;
  std::string lines;
  for (const json::value& item : many(3, "task-1")) lines += json::serialize(item) + "\n";
  const HttpResponse answer = daemon.post(kEvents, lines, "application/x-ndjson");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(int_at(answer.to_json(), "/accepted"), 3);
}

TEST(Events, ABrokenNdjsonLineIsRejectedByItsIndexAndTheOthersStand) {
  TestDaemon daemon;
  const std::string lines = json::serialize(created("evt-1", "task-1")) + "\n{\"event_id\": \n" +
                            json::serialize(created("evt-2", "task-2")) + "\n";
  const json::value answer = daemon.post(kEvents, lines, "application/x-ndjson").to_json();
  EXPECT_EQ(int_at(answer, "/accepted"), 2);
  ASSERT_EQ(array_at(answer, "/rejected").size(), 1U);
  EXPECT_EQ(int_at(answer, "/rejected/0/index"), 1);
}

TEST(Events, AKnownEventIdIsADuplicateAndChangesNothing) {
  TestDaemon daemon;
  daemon.decide(created("evt-1", "task-1"));
  const std::string before = daemon.api("/tasks/task-1/decision-trace").body;
  json::object again = created("evt-1", "task-1", dangerous_payload());
  again["ts"] = "2020-01-01T00:00:00Z";
  const json::value answer = daemon.decide(again);
  EXPECT_EQ(int_at(answer, "/accepted"), 0);
  EXPECT_EQ(int_at(answer, "/duplicates"), 1);
  EXPECT_EQ(daemon.api("/tasks/task-1/decision-trace").body, before);
}

TEST(Events, TheSameEventTwiceInOneRequestIsOneAndADuplicate) {
  TestDaemon daemon;
  const json::value answer =
      daemon.send(json::array{created("evt-1", "task-1"), created("evt-1", "task-1")}).to_json();
  EXPECT_EQ(int_at(answer, "/accepted"), 1);
  EXPECT_EQ(int_at(answer, "/duplicates"), 1);
}

TEST(Events, RejectionsNameTheirIndexAndTheEvent) {
  TestDaemon daemon;
  json::object without_id = created("x", "task-1");
  without_id.erase("event_id");
  json::object bad_ts = created("evt-ts", "task-1");
  bad_ts["ts"] = "yesterday";
  const json::value answer =
      daemon
          .send(json::array{created("evt-1", "task-1"), without_id,
                            event("evt-9", "task-unknown", "TASK_FAILED"), 7, bad_ts,
                            event("evt-2", "task-1", "TASK_STEP_COMPLETED")})
          .to_json();
  EXPECT_EQ(int_at(answer, "/accepted"), 2);
  const json::array& rejected = array_at(answer, "/rejected");
  ASSERT_EQ(rejected.size(), 4U) << answer;
  for (std::size_t i = 0; i < rejected.size(); ++i) {
    EXPECT_EQ(int_at(rejected[i], "/index"), static_cast<std::int64_t>(i) + 1);
    EXPECT_FALSE(text_at(rejected[i], "/detail").empty());
  }
  EXPECT_EQ(text_at(rejected[1], "/event_id"), "evt-9");
}

TEST(Events, ARejectedEventIsNotKnownLater) {
  TestDaemon daemon;
  daemon.send(event("evt-1", "task-1", "TASK_STEP_COMPLETED"));
  const json::value answer = daemon
                                 .send(json::array{created("evt-0", "task-1"),
                                                   event("evt-1", "task-1", "TASK_STEP_COMPLETED")})
                                 .to_json();
  EXPECT_EQ(int_at(answer, "/accepted"), 2);
}

TEST(Events, TaskCreatedMakesAPendingTask) {
  TestDaemon daemon({.registry = {}, .config = kFollowOnly, .flags = {}});
  daemon.send(created("evt-1", "task-1"));
  EXPECT_EQ(text_at(daemon.ask("/tasks/task-1/summary"), "/status"), "PENDING");
}

TEST(Events, WaitAnswersWithTheDecisions) {
  TestDaemon daemon;
  const HttpResponse answer = daemon.send(
      json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())},
      "?wait=30s");
  EXPECT_EQ(answer.status, 200);
  const json::value body = answer.to_json();
  ASSERT_EQ(array_at(body, "/decisions").size(), 2U) << answer.body;
  for (const json::value& decision : array_at(body, "/decisions")) {
    const bool first = text_at(decision, "/event_id") == "evt-1";
    EXPECT_EQ(text_at(decision, "/decision_type"), first ? "ALLOW" : "BLOCK");
    EXPECT_FALSE(text_at(decision, "/reason").empty());
    EXPECT_EQ(daemon.api("/decisions/" + text_at(decision, "/decision_id")).status, 200);
  }
}

TEST(Events, WaitingForADuplicateGivesItsDecision) {
  TestDaemon daemon;
  const std::string first =
      text_at(daemon.decide(created("evt-1", "task-1")), "/decisions/0/decision_id");
  EXPECT_EQ(text_at(daemon.decide(created("evt-1", "task-1")), "/decisions/0/decision_id"), first);
}

TEST(Events, WaitIsAtMostThirtySeconds) {
  TestDaemon daemon;
  EXPECT_EQ(daemon.send(created("evt-1", "task-1"), "?wait=31s").status, 422);
  EXPECT_EQ(daemon.send(created("evt-1", "task-1"), "?wait=soon").status, 422);
  EXPECT_EQ(daemon.api("/tasks/task-1/summary").status, 404) << "a refused request took something";
}

TEST(Events, ABodyThatIsNoJsonIsMalformed) {
  TestDaemon daemon;
  for (const std::string body : {"", "{", "event_id=evt-1", "[{]", "\xff\xfe"}) {
    EXPECT_EQ(daemon.post(kEvents, body).status, 400) << body;
  }
  EXPECT_EQ(daemon.post(kEvents, "neither\nnor\n", "application/x-ndjson").status, 400);
}

TEST(Events, AJsonTypeWithParametersIsJson) {
  TestDaemon daemon;
  const std::string body = json::serialize(created("evt-1", "task-1"));
  EXPECT_EQ(daemon.post(kEvents, body, "application/json; charset=utf-8").status, 202);
}

TEST(Events, AnotherContentTypeIsRefused) {
  TestDaemon daemon;
  const std::string body = json::serialize(created("evt-1", "task-1"));
  EXPECT_EQ(daemon.post(kEvents, body, "text/plain").status, 415);
  EXPECT_EQ(daemon.post(kEvents, body, "application/xml").status, 415);
}

TEST(Events, TenThousandAreTakenAndOneMoreIsTooMany) {
  TestDaemon daemon({.registry = {}, .config = kFollowOnly, .flags = {}});
  EXPECT_EQ(daemon.send(many(10'001, "task-1")).status, 413);
  EXPECT_EQ(int_at(daemon.ask("/inbox"), "/pending"), 0);
  const HttpResponse answer = daemon.send(many(10'000, "task-1"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(int_at(answer.to_json(), "/accepted"), 10'000);
}

TEST(Events, ABodyPastEightMebibytesIsTooLarge) {
  TestDaemon daemon;
  daemon.client().connect();
  daemon.client().send(
      "POST /api/governance/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
      "Content-Length: 8388609\r\n\r\n");
  const HttpResponse answer = daemon.client().receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(has(answer.to_json(), "/detail"));
}

TEST(Events, ABodyOfEightMebibytesIsTaken) {
  TestDaemon daemon;
  json::object large = created("evt-1", "task-1");
  const std::size_t rest = (8U << 20U) - json::serialize(large).size() - 9;
  large["payload"].as_object()["n"] = std::string(rest, 'x');
  large["payload"].as_object()["n"] =
      std::string(rest + (8U << 20U) - json::serialize(large).size(), 'x');
  ASSERT_EQ(json::serialize(large).size(), 8U << 20U);
  EXPECT_EQ(daemon.send(large).status, 202);
}

TEST(Events, AFullInboxAnswersRetryAfterAndTakesNothing) {
  TestDaemon daemon(
      {.registry = {}, .config = "supervisor:\n  enabled: false\n  max_backlog: 5\n", .flags = {}});
  EXPECT_EQ(daemon.send(many(4, "task-1")).status, 202);
  const HttpResponse answer =
      daemon.send(json::array{created("evt-a", "task-a"), created("evt-b", "task-b")});
  EXPECT_EQ(answer.status, 503);
  EXPECT_GE(std::stoi(answer.header("Retry-After")), 1);
  EXPECT_TRUE(has(answer.to_json(), "/detail"));
  ForeignWriter registry(daemon.registry());
  EXPECT_EQ(registry.number("SELECT count(*) FROM supervisor_inbox"), 4);
  EXPECT_EQ(registry.number("SELECT count(*) FROM tasks"), 1);
  EXPECT_EQ(daemon.send(created("evt-a", "task-a")).status, 202) << "there was room for one";
}

TEST(Events, WithoutASupervisorTheyWaitInTheInboxForAgentOs) {
  TestDaemon daemon({.registry = {}, .config = kFollowOnly, .flags = {}});
  EXPECT_EQ(daemon.send(created("evt-1", "task-1")).status, 202);
  const HttpResponse waiting = daemon.send(created("evt-2", "task-2"), "?wait=5s");
  EXPECT_EQ(waiting.status, 409);
  EXPECT_TRUE(has(waiting.to_json(), "/detail"));
  ForeignWriter registry(daemon.registry());
  EXPECT_EQ(
      registry.text("SELECT event_id || ' ' || source || ' ' || status FROM supervisor_inbox"),
      "evt-1 eventbus pending");
}

TEST(Events, OfOneTaskAreDecidedInOrderOfArrival) {
  TestDaemon daemon;
  json::array events = many(200, "task-1");
  daemon.decide(events);
  ForeignWriter registry(daemon.registry());
  const auto decided = registry.rows(
      "SELECT json_extract(payload, '$.decision_snapshot.event.event_id') FROM task_audits WHERE "
      "event_type LIKE 'SUPERVISOR_%' ORDER BY audit_id");
  ASSERT_EQ(decided.size(), 200U);
  for (std::size_t i = 0; i < decided.size(); ++i) {
    EXPECT_EQ(decided[i][0], "evt-" + std::to_string(i));
  }
}

TEST(Events, OtherMethodsAreNamedInAllow) {
  TestDaemon daemon;
  const HttpResponse answer = daemon.get(kEvents);
  EXPECT_EQ(answer.status, 405);
  EXPECT_NE(answer.header("Allow").find("POST"), std::string::npos);
}

}  // namespace
}  // namespace replay::testing
