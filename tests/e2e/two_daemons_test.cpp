#include <gtest/gtest.h>

#include "tests/e2e/load.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

TEST(TwoDaemons, OnOneRegistryDecideNothingTwice) {
  TestDaemon first;
  TestDaemon second({.registry = first.registry(), .config = {}, .flags = {}});
  Load to_first(first.address(), 1);
  Load to_second(second.address(), 2);
  wait_until("both to work", [&] {
    return to_first.acknowledged_count() > 200 && to_second.acknowledged_count() > 200;
  });
  to_first.stop();
  to_second.stop();
  first.settle();
  second.settle();
  EXPECT_TRUE(first.running());
  EXPECT_TRUE(second.running());
  ForeignWriter registry(first.registry());
  const DecidedEvents decided = decided_events(registry);
  EXPECT_EQ(decided.other, std::set<std::string>{});
  EXPECT_EQ(decided.decisions, decided.once.size());
  std::set<std::string> acknowledged = to_first.acknowledged();
  acknowledged.insert(to_second.acknowledged().begin(), to_second.acknowledged().end());
  for (const std::string& id : acknowledged) EXPECT_TRUE(decided.once.contains(id)) << id;
  EXPECT_EQ(
      run_program({"summary", "verify", "--registry.path", first.registry().string()}).exit_code,
      0);
}

TEST(TwoDaemons, OfWhichOneIsStartedAgainStayUp) {
  TestDaemon first;
  first.decide(created("evt-1", "task-1"));
  for (int i = 0; i < 3; ++i) {
    TestDaemon second({.registry = first.registry(), .config = {}, .flags = {}});
    EXPECT_EQ(second.get("/-/ready").status, 200);
    second.kill_hard();
  }
  first.decide(created("evt-2", "task-2"));
  EXPECT_TRUE(first.running());
}

}  // namespace
}  // namespace replay::testing
