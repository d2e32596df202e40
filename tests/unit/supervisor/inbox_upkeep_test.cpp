#include "supervisor/inbox_upkeep.h"

#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::supervisor {
namespace {

using namespace std::chrono_literals;
using testing::TempRegistry;

constexpr auto kYear = 365 * 24h;
constexpr auto kStuckAfter = 5min;
constexpr auto kRetention = 7 * 24h;

class Upkeep : public ::testing::Test {
 protected:
  void row(const std::string& id, const std::string& status, const std::string& stamp) {
    registry.exec(
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, status, "
        "processed_at) VALUES ('" +
        id + "', 't', 'x', 'eventbus', '" + status + "', '" + stamp + "')");
  }
  std::string stamp() { return format_instant(registry.clock.now()); }
  InboxUpkeep::Done tidy_after(Duration time) {
    registry.clock.advance(time);
    return upkeep.tidy_if_due();
  }
  void step_clock(Duration by) { registry.clock.set(registry.clock.now() + by); }

  TempRegistry registry;
  InboxUpkeep upkeep{registry.open(), registry.clock, registry.log, kStuckAfter, kRetention};
};

TEST_F(Upkeep, OldStampsAreStuckAtTheFirstLook) {
  row("old", "processing", "2025-01-01 00:00:00");
  row("young", "processing", stamp());
  EXPECT_EQ(upkeep.tidy_if_due().revived, 1U);
  EXPECT_EQ(registry.ask("SELECT event_id FROM supervisor_inbox WHERE status = 'pending'"), "old");
}

TEST_F(Upkeep, ARowWithoutAReadableStampIsStuckOnceItWasWatchedLongEnough) {
  row("odd", "processing", "yesterday");
  EXPECT_EQ(upkeep.tidy_if_due().revived, 0U);
  EXPECT_EQ(tidy_after(kStuckAfter - 1s).revived, 0U);
  EXPECT_EQ(tidy_after(31s).revived, 1U);
}

TEST_F(Upkeep, AnotherAttemptIsWatchedAnew) {
  row("odd", "processing", "yesterday");
  (void)upkeep.tidy_if_due();
  registry.exec("UPDATE supervisor_inbox SET processed_at = 'today'");
  registry.clock.advance(kStuckAfter - 31s);
  (void)upkeep.tidy_if_due();
  registry.exec("UPDATE supervisor_inbox SET processed_at = '2099-01-01 00:00:00'");
  EXPECT_EQ(tidy_after(31s).revived, 0U);
}

TEST_F(Upkeep, AClockThatStepsAYearForwardMakesNothingOld) {
  (void)upkeep.tidy_if_due();
  row("working", "processing", stamp());
  row("done", "completed", stamp());
  step_clock(kYear);
  const auto done = tidy_after(31s);
  EXPECT_EQ(done.revived, 0U);
  EXPECT_EQ(done.removed, 0U);
  EXPECT_EQ(tidy_after(kStuckAfter).revived, 1U);
  EXPECT_EQ(tidy_after(kRetention).removed, 1U);
}

TEST_F(Upkeep, AClockThatStepsBackLeavesNothingForGood) {
  row("working", "processing", stamp());
  row("done", "completed", stamp());
  (void)upkeep.tidy_if_due();
  step_clock(-kYear);
  EXPECT_EQ(tidy_after(31s).removed, 1U) << "a stamp from the far future is of a wrong clock";
  EXPECT_EQ(tidy_after(kStuckAfter).revived, 1U);
}

TEST_F(Upkeep, AnHourBackRemovesAndRevivesNothingEarly) {
  row("working", "processing", stamp());
  row("done", "completed", stamp());
  (void)upkeep.tidy_if_due();
  step_clock(-1h);
  const auto done = tidy_after(31s);
  EXPECT_EQ(done.revived, 0U);
  EXPECT_EQ(done.removed, 0U);
}

TEST_F(Upkeep, ThousandsOfStuckRowsAreRevivedInSmallTransactions) {
  registry.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, status, received_at) "
      "SELECT 'e' || i, 't', 'x', 'eventbus', 'processing', '2025-01-01 00:00:00' FROM n");
  const auto before = registry.registry().writes().stats().transactions;
  EXPECT_EQ(upkeep.tidy_if_due().revived, 2000U);
  EXPECT_GE(registry.registry().writes().stats().transactions, before + 4);
}

}  // namespace
}  // namespace replay::supervisor
