#include "supervisor/follower.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "model/decision.h"
#include "support/temp_registry.h"

namespace replay::supervisor {
namespace {

using testing::TempRegistry;

constexpr Duration kReach = std::chrono::hours{24};

class Following : public ::testing::Test {
 protected:
  void SetUp() override {
    registry.exec(testing::v24_tables());
    registry.exec("INSERT INTO tasks (task_id) VALUES ('t')");
    registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'TASK_CREATED')");
    registry.open();
  }
  Follower follower() {
    return {registry.registry(), registry.clock, {"TASK_CREATED", "TASK_FAILED"}, kReach};
  }
  /// Until there is nothing more to follow.
  std::size_t follow(Follower& one) {
    std::size_t added = 0;
    bool more = true;
    while (more) {
      const auto progress = one.follow();
      added += progress.outcome.added;
      more = progress.more;
    }
    return added;
  }
  std::string inbox() {
    return registry.ask(
        "SELECT group_concat(event_id) FROM (SELECT * FROM supervisor_inbox ORDER BY rowid)");
  }

  TempRegistry registry;
};

TEST_F(Following, FirstAdoptionStartsAtTheEnd) {
  Follower one = follower();
  EXPECT_EQ(follow(one), 0U);
  EXPECT_EQ(inbox(), "");
}

TEST_F(Following, NewRowsOfBothTablesEnterTheInboxOnce) {
  Follower one = follower();
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'TASK_FAILED'), ('t', "
      "'SUPERVISOR_ALLOWED')");
  registry.exec("INSERT INTO task_events (task_id, event_type) VALUES ('t', 'TASK_CREATED')");
  EXPECT_EQ(follow(one), 2U);
  EXPECT_EQ(inbox(), "polling_task_audits_2,polling_task_events_1");
  EXPECT_EQ(follow(one), 0U);
}

TEST_F(Following, GoesOnWhereItStoodHoweverLongItWasAway) {
  {
    const Follower gone = follower();
  }
  registry.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
      "INSERT INTO task_audits (task_id, event_type) SELECT 't', 'TASK_FAILED' FROM n");
  Follower one = follower();
  EXPECT_EQ(follow(one), 1200U);
}

TEST_F(Following, RowsThatAreNoneOfOursWriteNothing) {
  Follower one = follower();
  registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'SUPERVISOR_ALLOWED')");
  const auto before = registry.registry().writes().stats().transactions;
  EXPECT_EQ(follow(one), 0U);
  EXPECT_EQ(registry.registry().writes().stats().transactions, before);
}

TEST_F(Following, AnEventThatCameBothWaysIsThereOnce) {
  Follower one = follower();
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source) VALUES ('e', 't', "
      "'TASK_FAILED', 'eventbus')");
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type, payload) VALUES ('t', 'TASK_FAILED', "
      "'{\"event_id\":\"e\"}')");
  EXPECT_EQ(follow(one), 0U);
  EXPECT_EQ(inbox(), "e");
}

/// Rows that come with an id the follower has passed. Row 10 is the last one it has seen.
class ComingBehind : public Following {
 protected:
  void SetUp() override {
    registry.exec(testing::v24_tables("TEXT PRIMARY KEY"));
    registry.exec("INSERT INTO tasks (task_id) VALUES ('t'), ('u')");
    registry.open();
    one.emplace(follower());
    for (int row = 1; row <= 10; ++row) insert(row);
    EXPECT_EQ(follow(*one), 10U);
  }
  std::string now() { return format_instant(registry.clock.now()); }
  void insert(int row, const std::string& created_at = {}, const std::string& payload = "{}",
              const std::string& task = "t") {
    registry.exec(
        "INSERT INTO task_audits (rowid, audit_id, task_id, event_type, payload, created_at) "
        "VALUES (" +
        std::to_string(row) + ", hex(randomblob(8)), '" + task + "', 'TASK_FAILED', '" + payload +
        "', '" + (created_at.empty() ? now() : created_at) + "')");
    registry.registry().changes().ring();
  }
  void remove(const std::string& where) {
    registry.exec("DELETE FROM task_audits WHERE " + where);
    registry.registry().changes().ring();
  }
  /// What is found in as many looks as a change can need.
  std::size_t follow_for_a_while() {
    std::size_t added = 0;
    for (int look = 0; look < 20; ++look) {
      registry.clock.advance(std::chrono::seconds{3});
      added += follow(*one);
    }
    return added;
  }
  std::string newest() {
    return registry.ask("SELECT event_id FROM supervisor_inbox ORDER BY rowid DESC");
  }

  std::optional<Follower> one;
};

TEST_F(ComingBehind, ARowWithALowerIdIsFollowedOnce) {
  remove("rowid = 5");
  insert(-3);
  insert(0);
  EXPECT_EQ(follow_for_a_while(), 2U);
  EXPECT_EQ(follow_for_a_while(), 0U);
}

TEST_F(ComingBehind, AUsedIdIsFollowedUnderAnotherName) {
  remove("rowid = 10");
  registry.clock.advance(std::chrono::seconds{1});
  insert(10, {}, R"({"second": true})");
  EXPECT_EQ(follow_for_a_while(), 1U);
  EXPECT_TRUE(newest().starts_with("polling_task_audits_10_")) << newest();
}

TEST_F(ComingBehind, ATableCutShortIsFollowedFromItsNewEnd) {
  remove("rowid > 4");
  registry.clock.advance(std::chrono::seconds{1});
  for (int row = 5; row <= 12; ++row) insert(row, {}, "{}", "u");
  EXPECT_EQ(follow_for_a_while(), 8U);
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox WHERE task_id = 'u'"), 8);
}

TEST_F(ComingBehind, AnEmptiedTableIsFollowedFromItsStart) {
  remove("1");
  EXPECT_EQ(follow_for_a_while(), 0U);
  registry.clock.advance(std::chrono::seconds{1});
  insert(1);
  EXPECT_EQ(follow_for_a_while(), 1U);
}

TEST_F(ComingBehind, HistoryThatIsImportedIsNotDecided) {
  insert(-1, "2026-01-01 00:00:00");
  insert(-2, "no time at all");
  insert(-4, format_instant(registry.clock.now() - std::chrono::hours{1}));
  EXPECT_EQ(follow_for_a_while(), 0U);
}

TEST_F(ComingBehind, EveryFormOfTimestampIsFound) {
  registry.clock.advance(std::chrono::minutes{1});
  const Instant when = registry.clock.now();
  insert(-1, format_instant(when));
  insert(-2, format_instant(when + std::chrono::hours{14}).substr(0, 26) + "+14:00");
  insert(-3, format_instant(when - std::chrono::hours{12}).substr(0, 26) + "-12:00");
  insert(-4, std::to_string(to_micros(when) / 1'000'000));
  insert(-5, std::to_string(to_micros(when) / 1'000));
  EXPECT_EQ(follow_for_a_while(), 5U);
}

TEST_F(ComingBehind, RowsThatCameWhileWeWereAwayAreFound) {
  one.reset();
  insert(-7);
  one.emplace(follower());
  EXPECT_EQ(follow_for_a_while(), 1U);
}

TEST_F(ComingBehind, ACrashInTheMiddleOfALookForgetsNothing) {
  insert(-7);
  registry.clock.advance(std::chrono::seconds{3});
  (void)follow(*one);
  EXPECT_EQ(registry.ask("SELECT value FROM decision_replay_state WHERE key = "
                         "'follow:task_audits:settled'"),
            "0");
  remove("rowid = 3");
  one.emplace(follower());
  EXPECT_EQ(follow_for_a_while(), 1U);
}

TEST_F(ComingBehind, NothingIsFollowedAgainOnceItsInboxRowIsTidiedAway) {
  for (int row = 1; row <= 10; ++row) {
    const EventId id("polling_task_audits_" + std::to_string(row));
    registry.exec(
        "INSERT INTO task_audits (rowid, audit_id, task_id, event_type, decision_id, payload) "
        "VALUES (" +
        std::to_string(100 + row) + ", 'd" + std::to_string(row) +
        "', 't', 'SUPERVISOR_ALLOWED', '" + decision_id_for(id).str() +
        R"(', '{"decision_snapshot": {"event": {"event_type": "TASK_FAILED", "ts": ")" + now() +
        R"("}}}'))");
  }
  registry.exec("DELETE FROM supervisor_inbox");
  insert(-1);
  EXPECT_EQ(follow_for_a_while(), 1U);
}

TEST_F(ComingBehind, ManyRowsAreLookedThroughInSteps) {
  registry.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
      "INSERT INTO task_audits (rowid, audit_id, task_id, event_type, created_at) SELECT -i, 'b' "
      "|| i, 't', iif(i % 2, 'TASK_FAILED', 'other'), '" +
      now() + "' FROM n");
  registry.registry().changes().ring();
  EXPECT_EQ(follow_for_a_while(), 2500U);
}

TEST_F(ComingBehind, APositionOfAnOlderVersionGoesOnWhereItStood) {
  one.reset();
  registry.exec("DELETE FROM decision_replay_state WHERE key LIKE 'follow:%'");
  insert(11);
  one.emplace(follower());
  EXPECT_EQ(follow(*one), 1U);
}

TEST_F(ComingBehind, WithoutAnIndexOnTheirTimeRowsAreFoundAllTheSame) {
  registry.exec("DROP INDEX idx_task_audits_created_at");
  remove("rowid = 5");
  insert(5, {}, "{\"event_id\": \"e5\"}");
  insert(-3, {}, "{\"event_id\": \"e-3\"}");
  insert(4000, {}, "{\"event_id\": \"e4000\"}");
  EXPECT_EQ(follow_for_a_while(), 3U);
}

class RefusedRows : public ComingBehind, public ::testing::WithParamInterface<const char*> {};

TEST_P(RefusedRows, KeepNoOthersBack) {
  registry.exec(
      "CREATE TRIGGER no BEFORE INSERT ON supervisor_inbox WHEN new.payload LIKE '%no%' BEGIN "
      "SELECT " +
      std::string(GetParam()) + "; END");
  insert(11, {}, "{\"no\": 1}");
  insert(12);
  EXPECT_EQ(follow(*one), 1U);
  EXPECT_EQ(newest(), "polling_task_audits_12");
  EXPECT_EQ(follow_for_a_while(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Triggers, RefusedRows,
                         ::testing::Values("RAISE(ABORT, 'never')", "RAISE(ROLLBACK, 'never')"));

}  // namespace
}  // namespace replay::supervisor
