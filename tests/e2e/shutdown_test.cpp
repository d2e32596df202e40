#include <chrono>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/load.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

TEST(Shutdown, UnderLoadEndsInTimeAndLosesNothingAcknowledged) {
  TestDaemon daemon;
  Load load(daemon.address(), 0);
  wait_until("some work", [&] { return load.acknowledged_count() > 200; });
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds{10});
  load.stop();
  daemon.start();
  daemon.settle();
  ForeignWriter registry(daemon.registry());
  const DecidedEvents decided = decided_events(registry);
  EXPECT_EQ(decided.other, std::set<std::string>{});
  EXPECT_EQ(decided.decisions, decided.once.size());
  for (const std::string& id : load.acknowledged()) EXPECT_TRUE(decided.once.contains(id)) << id;
}

TEST(Shutdown, AnswersTheRequestThatIsWaiting) {
  TestDaemon daemon({.registry = {}, .config = "supervisor:\n  workers: 1\n", .flags = {}});
  json::array events{created("evt-0", "task-1")};
  for (int i = 1; i < 2000; ++i) {
    events.push_back(event("evt-" + std::to_string(i), "task-1", "TASK_STEP_COMPLETED"));
  }
  HttpResponse answer;
  std::thread waiting([&, address = daemon.address()] {
    HttpClient client(address);
    answer = client.post("/api/governance/events?wait=30s", json::serialize(events));
  });
  ForeignWriter registry(daemon.registry());
  wait_until("the events to be accepted",
             [&] { return registry.number("SELECT count(*) FROM supervisor_inbox") == 2000; });
  EXPECT_EQ(daemon.stop(), 0);
  waiting.join();
  EXPECT_TRUE(answer.status == 200 || answer.status == 503) << answer.status;
}

TEST(Shutdown, WithIdleConnectionsEndsAtOnce) {
  TestDaemon daemon;
  HttpClient idle(daemon.address());
  EXPECT_EQ(idle.get("/-/healthy").status, 200);
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds{3});
}

TEST(Shutdown, ByAnInterruptEndsAsWell) {
  TestDaemon daemon;
  daemon.signal(SIGINT);
  wait_until("the end", [&] { return !daemon.running(); });
  EXPECT_EQ(daemon.stop(), 0);
}

TEST(Shutdown, LeavesARegistryThatOthersCanOpenAlone) {
  TestDaemon daemon;
  daemon.decide(created("evt-1", "task-1"));
  daemon.stop();
  ForeignWriter registry(daemon.registry());
  EXPECT_EQ(registry.text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(registry.number("SELECT count(*) FROM supervisor_inbox WHERE status = 'completed'"), 1);
}

}  // namespace
}  // namespace replay::testing
