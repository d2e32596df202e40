#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

TEST(UnixSocket, ServesEverythingThere) {
  const TempDir directory;
  const std::string address = "unix:" + directory.file("replay.sock").string();
  TestDaemon daemon({.registry = {}, .config = {}, .flags = {}, .address = address});
  EXPECT_EQ(daemon.address(), address);
  daemon.decide(created("evt-1", "task-1"));
  EXPECT_EQ(daemon.api("/tasks/task-1/decision-trace").status, 200);
  EXPECT_EQ(daemon.get("/metrics").status, 200);
}

TEST(UnixSocket, LeftByAKilledDaemonIsTakenOver) {
  const TempDir directory;
  TestDaemon daemon({.registry = {},
                     .config = {},
                     .flags = {},
                     .address = "unix:" + directory.file("replay.sock").string()});
  daemon.kill_hard();
  ASSERT_TRUE(std::filesystem::exists(directory.file("replay.sock")));
  daemon.start();
  EXPECT_EQ(daemon.get("/-/ready").status, 200);
}

TEST(UnixSocket, IsGoneAfterAnOrderlyStop) {
  const TempDir directory;
  TestDaemon daemon({.registry = {},
                     .config = {},
                     .flags = {},
                     .address = "unix:" + directory.file("replay.sock").string()});
  EXPECT_EQ(daemon.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(directory.file("replay.sock")));
}

TEST(TcpSocket, InUseIsSaidInOneSentence) {
  const TestDaemon daemon;
  const CommandResult second =
      run_program({"serve", "--registry.path", daemon.file("other.sqlite").string(),
                   "--web.listen-address", daemon.address()});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.err.find(daemon.address()), std::string::npos) << second.err;
}

TEST(TcpSocket, OfAKilledDaemonIsFreeAtOnce) {
  TestDaemon daemon;
  const std::string address = daemon.address();
  EXPECT_EQ(daemon.get("/-/ready").status, 200);
  const auto registry = daemon.registry();
  daemon.kill_hard();
  TestDaemon next({.registry = registry, .config = {}, .flags = {}, .address = address});
  EXPECT_EQ(next.address(), address);
}

}  // namespace
}  // namespace replay::testing
