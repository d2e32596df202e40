#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;

class InboxTable : public ::testing::Test {
 protected:
  IncomingEvent event(const std::string& id, const std::string& task,
                      const std::string& type = "TASK_CREATED", const std::string& payload = "{}") {
    return {{EventId(id), TaskId(task), type, now, EventSource::eventbus, payload},
            NewTask::from_payload(payload)};
  }
  std::vector<Intake> accept(const std::vector<IncomingEvent>& events,
                             std::uint64_t backlog = 1000) {
    return open.writes().write_now([&](WriteTransaction& tx) {
      const auto intake = tx.accept(events, now, backlog);
      tx.keep_event_times(events, intake, now);
      return intake;
    });
  }
  PendingPage pending_page(std::size_t limit, const std::string& passed_over = {}) {
    return open.reads().read_now([&](const ReadView& view) {
      return view.pending_events(0, limit, now,
                                 [&](const TaskId& task) { return task.str() == passed_over; });
    });
  }
  std::vector<PendingEvent> pending() { return pending_page(100).events; }

  TempRegistry registry;
  Registry& open = registry.open();
  Instant now = registry.clock.now();
};

TEST_F(InboxTable, AKnownEventIdIsADuplicateAndChangesNothing) {
  EXPECT_EQ(accept({event("e1", "t1")}), std::vector{Intake::accepted});
  EXPECT_EQ(accept({event("e1", "t2"), event("e2", "t1", "TASK_FAILED")}),
            (std::vector{Intake::duplicate, Intake::accepted}));
  EXPECT_EQ(registry.count("SELECT count(*) FROM tasks"), 1);
}

TEST_F(InboxTable, NewestEventsComeFirstWhateverBecameOfThem) {
  accept({event("e1", "t1"), event("e2", "t2"), event("e3", "t3")});
  registry.exec("UPDATE supervisor_inbox SET status = 'completed' WHERE event_id = 'e3'");
  const auto events =
      open.reads().read_now([this](const ReadView& view) { return view.newest_events(2, now); });
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].id, EventId("e3"));
  EXPECT_EQ(events[1].id, EventId("e2"));
}

TEST_F(InboxTable, OnlyTaskCreatedMakesATask) {
  EXPECT_EQ(accept({event("e1", "t1", "TASK_STEP_COMPLETED")}), std::vector{Intake::unknown_task});
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 0);
}

TEST_F(InboxTable, ANewTaskIsPendingAndDescribedByItsPayload) {
  (void)accept({event("e1", "t1", "TASK_CREATED",
                      R"({"title":"Fix it","user":"ann","metadata":{"retry_count":2}})")});
  EXPECT_EQ(registry.ask("SELECT status || title || created_by || metadata FROM tasks"),
            R"(PENDINGFix itann{"retry_count":2})");
}

TEST_F(InboxTable, AFullInboxAcceptsNothingOfTheRequest) {
  (void)accept({event("e1", "t1")});
  try {
    (void)accept({event("e2", "t2"), event("e3", "t3")}, 2);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::busy);
    EXPECT_TRUE(error.retry_after());
  }
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 1);
}

TEST_F(InboxTable, PendingEventsComeInOrderOfArrivalWithTheirOwnTime) {
  IncomingEvent early = event("e2", "t1");
  early.event.ts = now - std::chrono::hours{5};
  (void)accept({event("e1", "t1"), early});
  const auto events = pending();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].event.id.str(), "e1");
  EXPECT_EQ(events[0].event.ts, now);
  EXPECT_EQ(events[1].event.ts, early.event.ts);
  EXPECT_EQ(events[1].received_at, now);
  EXPECT_EQ(events[0].task.status, "PENDING");
}

TEST_F(InboxTable, RowsOfAnotherProgramAreReadAsTheyAre) {
  registry.exec("INSERT INTO tasks (task_id, status) VALUES ('t', 'running')");
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, received_at, "
      "status) "
      "VALUES ('theirs', 't', 'TASK_FAILED', 'polling', NULL, '2026-01-28 10:30:00', 'pending')");
  const auto events = pending();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(format_instant(events[0].event.ts), "2026-01-28T10:30:00.000000Z");
  EXPECT_EQ(events[0].event.source, EventSource::polling);
  EXPECT_EQ(events[0].event.payload, "{}");
}

TEST_F(InboxTable, FollowedRowsGetAnIdOfTheirTableAndRowOrTheirPayloads) {
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type, payload, created_at) VALUES "
      "('t', 'TASK_CREATED', '{}', '2026-01-28T10:30:00+02:00'), "
      "('t', 'TASK_FAILED', '{\"event_id\":\"own\"}', '2026-01-28 10:30:00'), "
      "('t', 'SUPERVISOR_ALLOWED', '{}', 'x'), ('t', 'TASK_FAILED', '{}', 'yesterday')");
  FollowPosition position{.table = "task_audits", .shape = {}};
  const auto events = open.reads().read_now([&](const ReadView& view) {
    return view.rows_to_follow(position, {"TASK_CREATED", "TASK_FAILED"}, 100, now);
  });
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].id.str(), "polling_task_audits_1");
  EXPECT_EQ(format_instant(events[0].ts), "2026-01-28T08:30:00.000000Z");
  EXPECT_EQ(events[1].id.str(), "own");
  EXPECT_EQ(events[2].ts, now) << "an unreadable time must not count as decades of lag";
  EXPECT_EQ(position.last_seen, 4);
}

TEST_F(InboxTable, AFollowedRowOfAnUnknownTaskEndsAsFailed) {
  const FollowPosition position{.table = "task_audits", .last_seen = 7, .shape = {}};
  const std::vector<Event> events{
      {EventId("e"), TaskId("gone"), "TASK_FAILED", now, EventSource::polling, "{}"}};
  EXPECT_EQ(open.writes().write_now([&](WriteTransaction& tx) {
    return tx.follow(events, position, now).unknown_tasks;
  }),
            1U);
  EXPECT_EQ(registry.ask("SELECT status || ': ' || error_message FROM supervisor_inbox"),
            "failed: unknown task");
  const auto stored = open.reads().read_now(
      [](const ReadView& view) { return view.follow_position("task_audits"); });
  EXPECT_EQ(stored->last_seen, 7);
}

TEST_F(InboxTable, OurPositionLeavesAgentOsOwnCheckpointAlone) {
  registry.exec(
      "INSERT INTO supervisor_checkpoint (source_table, last_seen_id) VALUES ('task_audits', 5)");
  open.writes().write_now([&](WriteTransaction& tx) {
    tx.set_follow_position({.table = "task_audits", .last_seen = 9, .shape = {}}, now);
    return true;
  });
  EXPECT_EQ(
      registry.ask(
          "SELECT last_seen_id FROM supervisor_checkpoint WHERE source_table = 'task_audits'"),
      "5");
}

TEST_F(InboxTable, OnlyRowsBeingProcessedAreRevived) {
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, received_at, status) "
      "VALUES ('a', 't', 'x', 'eventbus', '2026-01-01 00:00:00', 'processing'), "
      "('b', 't', 'x', 'eventbus', 'no time', 'processing'), "
      "('c', 't', 'x', 'eventbus', '2026-01-01 00:00:00', 'failed')");
  const auto rows =
      open.reads().read_now([](const ReadView& view) { return view.processing_rows(); });
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].since, parse_instant("2026-01-01 00:00:00"));
  EXPECT_EQ(rows[1].since, std::nullopt);
  EXPECT_EQ(open.writes().write_now([&](WriteTransaction& tx) {
    return tx.revive(std::vector<RowId>{rows[0].row, rows[1].row, 3});
  }),
            2U);
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox WHERE status = 'pending'"), 2);
}

TEST_F(InboxTable, TasksThatArePassedOverTakeNoPlaceInAPage) {
  for (int i = 0; i < 50; ++i) (void)accept({event("poisoned-" + std::to_string(i), "p")});
  (void)accept({event("good", "g"), event("later", "g")});
  const PendingPage page = pending_page(1, "p");
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events[0].event.id, EventId("good"));
  EXPECT_EQ(page.last, 51);
}

TEST_F(InboxTable, APageOfHugePayloadsEndsEarly) {
  const std::string huge = "{\"a\":\"" + std::string(5'000'000, 'x') + "\"}";
  for (int i = 0; i < 4; ++i)
    (void)accept({event("huge-" + std::to_string(i), "t", "TASK_CREATED", huge)});
  EXPECT_EQ(pending_page(100).events.size(), 2U);
}

/// Other writers' rows may have ids that are no text.
class ForeignInboxIds : public InboxTable, public ::testing::WithParamInterface<const char*> {};

TEST_P(ForeignInboxIds, ClosingTheRowFindsIt) {
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, status) VALUES (" +
      std::string(GetParam()) + ", 't', 'x', 'eventbus', 'pending')");
  const auto rows = pending();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(open.writes().write_now([&](WriteTransaction& tx) {
    return tx.fail(rows[0].row, rows[0].event.id, "no", now);
  }),
            RecordOutcome::recorded);
  EXPECT_TRUE(pending().empty());
}

INSTANTIATE_TEST_SUITE_P(Any, ForeignInboxIds,
                         ::testing::Values("NULL", "''", "17", "x'ff00fe'", "'a' || char(0) || 'b'",
                                           "CAST(x'c328' AS TEXT)"));

TEST_F(InboxTable, OldCompletedRowsGoInSmallSteps) {
  for (const char* id : {"a", "b", "c"}) {
    registry.exec(
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, processed_at, "
        "status) VALUES ('" +
        std::string(id) + "', 't', 'x', 'eventbus', '2026-01-01 00:00:00', 'completed')");
  }
  registry.exec(
      "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, processed_at, status) "
      "VALUES "
      "('failed', 't', 'x', 'eventbus', '2026-01-01 00:00:00', 'failed')");
  const auto remove = [&] {
    return open.writes().write_now([&](WriteTransaction& tx) {
      return tx.remove_completed(now - std::chrono::days{7}, now, 2);
    });
  };
  EXPECT_EQ(remove(), 2U);
  EXPECT_EQ(remove(), 1U);
  EXPECT_EQ(registry.ask("SELECT event_id FROM supervisor_inbox"), "failed");
}

TEST_F(InboxTable, CountsByStatusAndTheOldestWait) {
  (void)accept({event("e1", "t1"), event("e2", "t1")});
  const auto counts = open.reads().read_now(
      [&](const ReadView& view) { return view.inbox_counts(now + std::chrono::seconds{9}); });
  EXPECT_EQ(counts.pending, 2U);
  EXPECT_EQ(counts.oldest_pending_age, std::chrono::seconds{9});
}

}  // namespace
}  // namespace replay::registry
