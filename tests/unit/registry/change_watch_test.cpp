#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;

constexpr std::chrono::seconds kPatience{10};

TEST(ChangeWatch, RingsForAnotherProcessesCommit) {
  TempRegistry registry;
  ChangeWatch& changes = registry.open().changes();
  const auto seen = changes.rings();
  registry.exec("INSERT INTO tasks (task_id) VALUES ('t')");
  EXPECT_GT(changes.wait(seen, kPatience), seen);
}

TEST(ChangeWatch, RingsForOurOwnCommit) {
  TempRegistry registry;
  Registry& open = registry.open();
  const auto seen = open.changes().rings();
  open.writes().write_now([](WriteTransaction& tx) {
    tx.set_verified(Instant{}, 0);
    return true;
  });
  EXPECT_GT(open.changes().rings(), seen);
}

TEST(ChangeWatch, AJobThatChangesNothingRingsForNobody) {
  TempRegistry registry;
  Registry& open = registry.open();
  const auto seen = open.changes().rings();
  open.writes().write_now([](WriteTransaction& tx) { return tx.revive({}); });
  EXPECT_EQ(open.changes().rings(), seen);
}

TEST(ChangeWatch, StopLetsWaitersGo) {
  TempRegistry registry;
  ChangeWatch& changes = registry.open().changes();
  changes.stop();
  changes.wait(std::numeric_limits<std::uint64_t>::max(), kPatience);
  EXPECT_TRUE(changes.stopped());
}

}  // namespace
}  // namespace replay::registry
