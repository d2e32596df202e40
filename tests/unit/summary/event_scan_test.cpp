#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "audits.h"
#include "registry/registry.h"
#include "summary/summarizer.h"
#include "summary/unlisted_flaws.h"

namespace replay::summary {
namespace {

constexpr std::pair kPayload{FlawedTable::events, Flaw::payload};
constexpr std::pair kTime{FlawedTable::events, Flaw::timestamp};

class Scanning : public ::testing::Test {
 protected:
  void SetUp() override { files_.exec(testing::v24_tables()); }
  void TearDown() override { summarizer_.reset(); }

  Summarizer& open() {
    registry::Registry& registry = files_.open();
    summarizer_ =
        std::make_unique<Summarizer>(registry, files_.clock, files_.log, [](const auto&) {});
    return *summarizer_;
  }
  /// `rows` events, the first of which has no JSON and no time, and the last no time.
  void agentos_wrote(int rows) {
    files_.exec(
        "INSERT INTO task_events (task_id, event_type, payload, created_at) VALUES ('t', 'X', "
        "'{oops', 'sometime');"
        "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(rows) +
        ") INSERT INTO task_events (task_id, event_type, payload, created_at) "
        "SELECT 't', 'X', '{}', iif(i = " +
        std::to_string(rows) + ", 'never', '2026-01-28 10:00:00') FROM n");
  }
  FlawCounts counts() {
    return ask(files_, [](const auto& view) { return view.integrity(Instant{}).flaws; });
  }

  testing::TempRegistry files_;
  std::unique_ptr<Summarizer> summarizer_;
};

TEST_F(Scanning, EventsFromBeforeAdoptionAndNewOnesAreLookedAt) {
  agentos_wrote(12'000);
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_EQ(counts()[kPayload], 1U);
  EXPECT_EQ(counts()[kTime], 2U);
  files_.exec("INSERT INTO task_events (task_id, event_type, payload) VALUES ('t', 'X', 'oops')");
  reconcile(files_, summarizer);
  EXPECT_EQ(counts()[kPayload], 2U);
}

TEST_F(Scanning, EventsThatAreGoneDoNotCount) {
  agentos_wrote(3);
  Summarizer& summarizer = open();
  fold_all(summarizer);
  files_.exec("DELETE FROM task_events WHERE event_id = 1");
  EXPECT_EQ(counts()[kPayload], 0U);
  EXPECT_EQ(counts()[kTime], 1U);
}

TEST_F(Scanning, AnEventThatWasMendedIsForgottenWithinADay) {
  agentos_wrote(3);
  Summarizer& summarizer = open();
  fold_all(summarizer);
  files_.exec("UPDATE task_events SET payload = '{}'");
  reconcile(files_, summarizer, std::chrono::hours{24});
  EXPECT_EQ(counts()[kPayload], 0U);
  EXPECT_EQ(counts()[kTime], 2U);
}

TEST_F(Scanning, ATableWhoseEndCameDownIsFollowed) {
  agentos_wrote(5);
  Summarizer& summarizer = open();
  fold_all(summarizer);
  files_.exec(
      "DELETE FROM task_events WHERE event_id > 2; DELETE FROM sqlite_sequence;"
      "INSERT INTO task_events (task_id, event_type, payload) VALUES ('t', 'X', 'oops')");
  reconcile(files_, summarizer);
  EXPECT_EQ(counts()[kPayload], 2U);
}

TEST_F(Scanning, WithoutADaemonTheRowsThemselvesAreRead) {
  agentos_wrote(2'500);
  insert(files_, {block("t", "", "sometime")});
  registry::Registry& registry = files_.open();
  const FoldState folded = ask(files_, [](const auto& view) { return view.fold_state(); });
  const Flaws found = unlisted_flaws(registry.reads(), folded, std::nullopt, 2);
  EXPECT_EQ(found.counts.at(kPayload), 1U);
  EXPECT_EQ(found.counts.at(kTime), 2U);
  EXPECT_EQ(found.counts.at({FlawedTable::audits, Flaw::finding}), 1U);
  EXPECT_EQ(found.examples.size(), 2U);
}

TEST_F(Scanning, ARegistryWithoutEventsHasNone) {
  files_.exec("DROP TABLE task_events");
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_FALSE(counts().contains(kPayload));
}

}  // namespace
}  // namespace replay::summary
