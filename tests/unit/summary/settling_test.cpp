#include <array>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audits.h"
#include "registry/registry.h"
#include "summary/summarizer.h"
#include "summary/verify.h"
#include "summary/window_stats.h"

namespace replay::summary {
namespace {

/// Other writers do whatever a registry without AUTOINCREMENT lets them, while the summarizer is at
/// work, is restarted and rebuilds; what the rows mean is kept beside them.
class Settling : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    files_.exec(testing::v24_tables("TEXT PRIMARY KEY"));
    start();
  }
  void TearDown() override { summarizer_.reset(); }

  void start() {
    summarizer_.reset();
    summarizer_ =
        std::make_unique<Summarizer>(files_.open(), files_.clock, quiet_, [](const auto&) {});
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  /// A row under an id of one's choice: past the end, in a gap, or a new content of one that is
  /// there.
  void put(RowId row) {
    static constexpr std::array<const char*, 3> kTypes{"SUPERVISOR_ALLOWED", "SUPERVISOR_BLOCKED",
                                                       "TASK_CREATED"};
    const std::string type = kTypes.at(below(kTypes.size()));
    const std::string task = "task-" + std::to_string(below(4));
    const std::string at = "2026-01-28T0" + std::to_string(below(4)) + ":00:00Z";
    const auto lag = static_cast<std::int64_t>(below(5));
    files_.exec(
        "REPLACE INTO task_audits (rowid, audit_id, task_id, event_type, created_at, "
        "payload, source_event_ts, supervisor_processed_at) VALUES (" +
        std::to_string(row) + ",'key-" + std::to_string(++keys_) + "','" + task + "','" + type +
        "','" + at + R"(','{"decision_id":"dec-)" + std::to_string(below(50)) +
        R"(","decision_snapshot":{"findings":[{"code":"R)" + std::to_string(below(3)) +
        R"("}]}}','2026-01-28T10:00:00Z','2026-01-28T10:00:0)" + std::to_string(lag) + "Z')");
    types_[row] = type;
  }
  void remove(RowId first, RowId last) {
    files_.exec("DELETE FROM task_audits WHERE rowid BETWEEN " + std::to_string(first) + " AND " +
                std::to_string(last));
    types_.erase(types_.lower_bound(first), types_.upper_bound(last));
  }

  void act() {
    const RowId end = types_.empty() ? 0 : types_.rbegin()->first;
    const RowId any = static_cast<RowId>(below(static_cast<std::uint64_t>(end) + 1)) + 1;
    switch (below(8)) {
      case 0:
        return remove(any, any + static_cast<RowId>(below(6)));
      case 1:
        return remove(end - static_cast<RowId>(below(4)), end);
      case 2:
        return put(any);
      case 3:
        return begin_rebuild();
      case 4:
        return start();
      case 5:
        files_.clock.advance(std::chrono::seconds{static_cast<std::int64_t>(below(6))});
        files_.registry().changes().ring();
        return;
      default:
        for (std::uint64_t i = below(12); i > 0; --i) put(end + static_cast<RowId>(i));
    }
  }
  void begin_rebuild() {
    files_.registry().writes().write_now([](registry::WriteTransaction& tx) {
      tx.begin_rebuild();
      return true;
    });
  }

  std::map<std::string, std::uint64_t> expected() {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [row, type] : types_) {
      if (type.starts_with("SUPERVISOR_")) ++counts[type.substr(11)];
    }
    return counts;
  }

  testing::TempRegistry files_;
  Logger quiet_{LogLevel::error, LogFormat::logfmt};
  std::unique_ptr<Summarizer> summarizer_;
  std::mt19937_64 random_{GetParam()};
  std::map<RowId, std::string> types_;
  std::uint64_t keys_ = 0;
};

TEST_P(Settling, TheStatisticsAreThoseOfTheRows) {
  constexpr int kActs = 60;
  for (int act_number = 0; act_number < kActs; ++act_number) {
    act();
    for (std::uint64_t steps = below(4); steps > 0; --steps) (void)summarizer_->step();
  }
  // Rows that were changed in place show in no shape: a day passes.
  reconcile(files_, *summarizer_, std::chrono::hours{24});
  const auto counts = ask(files_, [](const auto& view) { return decision_types(view, Instant{}); });
  EXPECT_EQ(counts.types, expected());
  EXPECT_EQ(verify(files_.registry().reads()).differences, std::vector<std::string>{});
  const FoldState state = ask(files_, [](const auto& view) { return view.fold_state(); });
  EXPECT_EQ(state.rows, types_.size());
  EXPECT_FALSE(state.sweep);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Settling, ::testing::Range(1U, 13U));

}  // namespace
}  // namespace replay::summary
