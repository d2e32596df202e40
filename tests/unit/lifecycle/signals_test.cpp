#include "lifecycle/signals.h"

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>
#include <unistd.h>

namespace replay::lifecycle {
namespace {

TEST(Signals, TerminationAsksToStop) {
  Signals signals;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(signals.wait(), Signals::Request::stop);
}

TEST(Signals, InterruptAsksToStop) {
  Signals signals;
  kill(getpid(), SIGINT);
  EXPECT_EQ(signals.wait(), Signals::Request::stop);
}

TEST(Signals, HangupAsksToReload) {
  Signals signals;
  kill(getpid(), SIGHUP);
  EXPECT_EQ(signals.wait(), Signals::Request::reload);
}

TEST(Signals, SilenceIsATick) {
  Signals signals;
  EXPECT_EQ(signals.wait(), Signals::Request::tick);
}

TEST(Signals, ABrokenPipeDoesNotKill) {
  const Signals signals;
  kill(getpid(), SIGPIPE);
  SUCCEED();
}

TEST(Signals, ASecondTerminationKillsAtOnce) {
  EXPECT_EXIT(
      {
        Signals signals;
        kill(getpid(), SIGTERM);
        if (signals.wait() != Signals::Request::stop) _exit(3);
        kill(getpid(), SIGTERM);
        _exit(4);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(EndWithin, AProcessThatHangsEndsWell) {
  EXPECT_EXIT(
      {
        end_within(std::chrono::seconds{1});
        for (;;) pause();
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace replay::lifecycle
