#include <gtest/gtest.h>

#include "tests/e2e/load.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

TEST(Reload, OnHangupDropsNoRequest) {
  TestDaemon daemon(
      {.registry = {}, .config = "api:\n  rate_limit: {requests_per_minute: 0}\n", .flags = {}});
  Load load(daemon.address(), 0);
  for (int i = 0; i < 20; ++i) {
    const std::size_t before = load.acknowledged_count();
    daemon.reload();
    wait_until("requests to go on", [&] { return load.acknowledged_count() > before; });
  }
  load.stop();
  EXPECT_EQ(load.cut_off(), 0U);
  EXPECT_EQ(load.refused(), 0U);
  EXPECT_EQ(daemon.log_lines("reloaded"), 20U);
  daemon.settle();
  ForeignWriter registry(daemon.registry());
  EXPECT_EQ(decided_events(registry).once, load.acknowledged());
}

TEST(Reload, OfAConfigurationWithAMistakeChangesNothing) {
  TestDaemon daemon(
      {.registry = {}, .config = "api:\n  rate_limit: {requests_per_minute: 1}\n", .flags = {}});
  write_file(daemon.config_file(), "api:\n  rate_limti: {requests_per_minute: 0}\n");
  daemon.reload();
  EXPECT_NE(daemon.log().find("rate_limti"), std::string::npos);
  EXPECT_EQ(daemon.get("/-/ready").status, 200);
  daemon.decide(created("evt-1", "task-1"));
  EXPECT_EQ(daemon.api("/tasks/task-1/decision-trace").status, 200);
  EXPECT_EQ(daemon.api("/tasks/task-1/decision-trace").status, 429) << "the old limit is in force";
}

}  // namespace
}  // namespace replay::testing
