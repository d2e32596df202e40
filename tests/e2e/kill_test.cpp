#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/e2e/load.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

int rounds() {
  constexpr int kRounds = 10;
  const char* asked = std::getenv("REPLAY_KILL_ROUNDS");
  return asked == nullptr ? kRounds : std::atoi(asked);
}

TEST(Kill, EveryAcknowledgedEventIsDecidedExactlyOnce) {
  TestDaemon daemon;
  std::set<std::string> acknowledged;
  for (int round = 0; round < rounds(); ++round) {
    if (round > 0) daemon.start();
    Load load(daemon.address(), round);
    // Another number each round, so that the kill meets another moment of the work.
    const std::size_t enough = 50 + static_cast<std::size_t>(round) * 37 % 200;
    wait_until("events to be acknowledged", [&] { return load.acknowledged_count() >= enough; });
    daemon.kill_hard();
    load.stop();
    acknowledged.insert(load.acknowledged().begin(), load.acknowledged().end());
  }
  daemon.start();
  daemon.settle();

  ForeignWriter registry(daemon.registry());
  const DecidedEvents decided = decided_events(registry);
  EXPECT_EQ(decided.other, std::set<std::string>{});
  EXPECT_EQ(decided.decisions, decided.once.size());
  std::size_t lost = 0;
  for (const std::string& id : acknowledged) lost += decided.once.contains(id) ? 0 : 1;
  EXPECT_EQ(lost, 0U);
  RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
  std::cout << rounds() << " kills, " << acknowledged.size() << " events acknowledged, "
            << decided.once.size() << " decided once, " << lost << " lost\n";

  EXPECT_EQ(registry.text("PRAGMA integrity_check"), "ok");
  const CommandResult verified =
      run_program({"summary", "verify", "--registry.path", daemon.registry().string()});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace replay::testing
