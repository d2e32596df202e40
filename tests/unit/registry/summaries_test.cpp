#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v24_tables;

class SummaryTables : public ::testing::Test {
 protected:
  void add_audits(int count) {
    for (int i = 0; i < count; ++i)
      registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'X')");
  }
  FoldState state() {
    return registry.registry().reads().read_now(
        [](const ReadView& view) { return view.fold_state(); });
  }
  bool fold(const FoldBatch& batch) {
    return registry.registry().writes().write_now(
        [&](WriteTransaction& tx) { return tx.fold(batch); });
  }

  TempRegistry registry;
};

TEST_F(SummaryTables, AdoptionStartsAtTheEndWithEverythingBehind) {
  registry.exec(v24_tables());
  add_audits(7);
  registry.open();
  EXPECT_EQ(state().low, 7);
  EXPECT_EQ(state().high, 7);
  EXPECT_EQ(state().behind, 7U);
  add_audits(2);
  EXPECT_EQ(state().behind, 9U);
}

TEST_F(SummaryTables, AFoldOfAnOldStateIsRefused) {
  registry.exec(v24_tables());
  add_audits(4);
  registry.open();
  FoldBatch batch;
  batch.from = state();
  batch.low = 2;
  batch.high = 4;
  EXPECT_TRUE(fold(batch));
  EXPECT_EQ(state().behind, 2U);
  EXPECT_FALSE(fold(batch));
}

TEST_F(SummaryTables, KeepHoursAndFactsAsGiven) {
  registry.open();
  const Instant hour = floor_hour(registry.clock.now());
  FoldBatch batch;
  batch.from = state();
  batch.high = 5;
  batch.hours.push_back({hour, R"({"BLOCKED":1})", 0.5, 0.75, std::string("\0\1", 2)});
  batch.facts.push_back(
      {hour + std::chrono::seconds{1}, 5, "BLOCKED", Duration{7}, true, TaskId("t"), "R1"});
  ASSERT_TRUE(fold(batch));
  const auto stored = registry.registry().reads().read_now([&](const ReadView& view) {
    return std::pair(view.hours_from(hour), view.blocked_facts_from(hour));
  });
  ASSERT_EQ(stored.first.size(), 1U);
  EXPECT_EQ(stored.first[0].detail, std::string("\0\1", 2));
  ASSERT_EQ(stored.second.size(), 1U);
  EXPECT_EQ(stored.second[0].task.str(), "t");
  EXPECT_EQ(stored.second[0].reason_code, "R1");
  EXPECT_EQ(stored.second[0].lag, Duration{7});
  EXPECT_EQ(registry.ask("SELECT lag_p95 FROM decision_stats_hourly"), "0.75");
}

TEST_F(SummaryTables, APageOfLargeRowsIsAShortOne) {
  registry.open();
  for (int i = 0; i < 5; ++i) {
    registry.exec(
        "INSERT INTO task_audits (task_id, event_type, payload) VALUES ('t', 'X', '\"' || "
        "hex(zeroblob(2500000)) || '\"')");
  }
  const auto page = [this](RowId after) {
    return registry.registry().reads().read_now(
        [after](const ReadView& view) { return view.audits_above(after, 1'000); });
  };
  const AuditPage first = page(0);
  EXPECT_EQ(first.rows.size(), 2U) << "5 MB each";
  EXPECT_TRUE(first.more);
  const AuditPage last = page(4);
  EXPECT_EQ(last.rows.size(), 1U);
  EXPECT_FALSE(last.more);
  const auto down = registry.registry().reads().read_now(
      [](const ReadView& view) { return view.audits_down_from(5, 1'000); });
  EXPECT_EQ(down.rows.size(), 2U);
  EXPECT_TRUE(down.more);
}

TEST_F(SummaryTables, ARebuildClearsInStepsAndStartsAtTheEnd) {
  registry.exec(v24_tables());
  add_audits(3);
  registry.open();
  FoldBatch batch;
  batch.from = state();
  batch.low = 0;
  batch.high = 3;
  for (RowId row = 1; row <= 3; ++row)
    batch.facts.push_back({registry.clock.now(), row, "ALLOWED", {}, false, {}, ""});
  ASSERT_TRUE(fold(batch));
  WriteQueue& writes = registry.registry().writes();
  writes.write_now([](WriteTransaction& tx) {
    tx.begin_rebuild();
    return true;
  });
  EXPECT_TRUE(state().clearing);
  int steps = 0;
  while (!writes.write_now([](WriteTransaction& tx) { return tx.clear_step(2); })) ++steps;
  EXPECT_EQ(steps, 2);
  EXPECT_FALSE(state().clearing);
  EXPECT_EQ(state().behind, 3U);
  EXPECT_EQ(state().epoch, 2U);
  EXPECT_EQ(registry.count("SELECT count(*) FROM decision_replay_facts"), 0);
}

}  // namespace
}  // namespace replay::registry
