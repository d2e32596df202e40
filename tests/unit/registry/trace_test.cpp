#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v14_tables;
using testing::v24_tables;

/// The same instant in one of the forms a registry holds; with whole seconds where the form has no
/// fraction.
std::string in_some_form(Instant& ts, std::mt19937& random) {
  const std::string utc = format_instant(ts);
  switch (random() % 5) {
    case 0:
      return utc;
    case 1:
      return utc.substr(0, 26) + "+00:00";
    case 2:
      ts = std::chrono::floor<std::chrono::seconds>(ts);
      return utc.substr(0, 10) + " " + utc.substr(11, 8);
    case 3:
      return format_instant(ts + std::chrono::minutes{330}).substr(0, 26) + "+05:30";
    default:
      return format_instant(ts - std::chrono::hours{11}).substr(0, 26) + "-11:00";
  }
}

class Trace : public ::testing::Test {
 protected:
  void insert(const std::string& table, const std::string& created_at_sql) {
    registry.exec("INSERT INTO " + table +
                  " (task_id, event_type, payload, created_at) VALUES ('t', 'X', '{}', " +
                  created_at_sql + ")");
  }
  TracePage page(std::size_t limit, const std::optional<TracePosition>& after) {
    return registry.registry()
        .reads()
        .read_now([&](const ReadView& view) { return view.trace_page(TaskId("t"), limit, after); })
        .value();
  }
  std::vector<TracePosition> whole(std::size_t limit) {
    std::vector<TracePosition> all;
    std::optional<TracePosition> after;
    do {
      const TracePage some = page(limit, after);
      EXPECT_LE(some.items.size(), limit);
      for (const TraceItem& item : some.items) all.push_back(item.position);
      after = some.next;
    } while (after);
    return all;
  }

  TempRegistry registry;
};

TEST_F(Trace, OrdersMixedTimestampsByInstantAndPagesMeetEachItemOnce) {
  registry.exec(v24_tables());
  registry.open();
  std::mt19937 random(7);
  std::vector<TracePosition> expected;
  registry.exec("BEGIN");
  for (int i = 0; i < 600; ++i) {
    Instant ts =
        registry.clock.now() - Duration{static_cast<std::int64_t>(random() % 2'000'000'000) * 300};
    const bool audit = random() % 2 == 0;
    const std::string text = in_some_form(ts, random);
    insert(audit ? "task_audits" : "task_events", "'" + text + "'");
    expected.push_back({ts, audit ? TraceKind::audit : TraceKind::event,
                        registry.count("SELECT last_insert_rowid()")});
  }
  registry.exec("COMMIT");
  std::sort(expected.rbegin(), expected.rend());
  EXPECT_EQ(whole(1000), expected);
  EXPECT_EQ(whole(7), expected);
  EXPECT_EQ(whole(600), expected);
}

TEST_F(Trace, UnreadableTimestampsComeLastAndNumbersAreInstants) {
  registry.exec(v24_tables());
  registry.open();
  insert("task_audits", "'2026-13-45T99:99:99Z'");
  insert("task_audits", "'2026-01-28T10:30:00Z'");
  insert("task_audits", "NULL");
  insert("task_audits", "'not-a-time'");
  insert("task_audits", "''");
  insert("task_audits", "x'00ff'");
  insert("task_audits",
         std::to_string(to_micros(*parse_instant("2026-01-28T10:31:00Z")) / 1'000'000));
  insert("task_audits", "'2026-02-31T10:30:00Z'");
  std::vector<RowId> rows;
  for (const TracePosition& position : whole(3)) rows.push_back(position.row);
  EXPECT_EQ(rows, (std::vector<RowId>{7, 2, 8, 6, 5, 4, 3, 1}));
}

TEST_F(Trace, ItemsOfTheFirstPagesMomentAppearOnceWhileRowsAreAdded) {
  registry.exec(v24_tables());
  registry.open();
  const Instant start = registry.clock.now();
  for (int i = 0; i < 50; ++i)
    insert("task_audits", "'" + format_instant(start - std::chrono::seconds{i}) + "'");
  std::multiset<RowId> seen;
  std::optional<TracePosition> after;
  int more = 50;
  do {
    const TracePage some = page(5, after);
    for (const TraceItem& item : some.items) seen.insert(item.position.row);
    after = some.next;
    for (int i = 0; i < 3; ++i)
      insert("task_audits", "'" + format_instant(start - std::chrono::seconds{more++ % 60}) + "'");
  } while (after);
  for (RowId row = 1; row <= 50; ++row) EXPECT_EQ(seen.count(row), 1U) << row;
}

TEST_F(Trace, WorksWithoutEventsTableAndDecisionColumns) {
  registry.exec(v14_tables());
  registry.open();
  insert("task_audits", "'2026-01-28 10:30:00'");
  const TracePage some = page(10, std::nullopt);
  ASSERT_EQ(some.items.size(), 1U);
  EXPECT_FALSE(some.items[0].decision_id);
  EXPECT_FALSE(some.next);
}

TEST_F(Trace, NothingIsKnownOfAnUnknownTaskButAnOrphansAuditsAreServed) {
  registry.exec(v24_tables());
  registry.open();
  const auto ask = [&](const char* task) {
    return registry.registry().reads().read_now([&](const ReadView& view) {
      return view.trace_page(TaskId(task), 10, std::nullopt).has_value();
    });
  };
  EXPECT_FALSE(ask("t"));
  insert("task_audits", "'2026-01-28 10:30:00'");
  EXPECT_TRUE(ask("t"));
  registry.exec("INSERT INTO tasks (task_id) VALUES ('quiet')");
  EXPECT_TRUE(ask("quiet"));
}

TEST_F(Trace, APageOfHugePayloadsEndsEarlyAndTheNextGoesOn) {
  registry.exec(v24_tables());
  registry.open();
  registry.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
      "INSERT INTO task_audits (task_id, event_type, payload, created_at) "
      "SELECT 't', 'X', hex(zeroblob(2500000)), '2026-01-28 10:30:0' || i FROM n");
  const TracePage first = page(200, std::nullopt);
  EXPECT_EQ(first.items.size(), 2U);
  ASSERT_TRUE(first.next);
  EXPECT_EQ(page(200, first.next).items.size(), 2U);
  EXPECT_EQ(whole(200).size(), 5U);
}

TEST_F(Trace, FindsADecisionByItsColumnOrThePayloadIdKeptForIt) {
  registry.exec(v14_tables());
  registry.open();
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type, payload) VALUES ('t', 'SUPERVISOR_ALLOWED', "
      "'{\"a\":1}')");
  registry.exec("INSERT INTO decision_replay_ids VALUES ('dec-1', 1)");
  const auto found = registry.registry().reads().read_now(
      [](const ReadView& view) { return view.decision(DecisionId("dec-1")); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->payload, R"({"a":1})");
}

}  // namespace
}  // namespace replay::registry
