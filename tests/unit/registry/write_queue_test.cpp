#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/error.h"
#include "model/decision.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;

IncomingEvent created(const std::string& event, const std::string& task) {
  return {{EventId(event), TaskId(task), "TASK_CREATED", Instant{}, EventSource::eventbus, "{}"},
          {}};
}

TEST(WriteQueue, AJobThatThrowsUndoesOnlyItself) {
  TempRegistry registry;
  WriteQueue& writes = registry.open().writes();
  EXPECT_THROW(writes.write_now([](WriteTransaction& tx) -> bool {
    (void)tx.accept({created("lost", "t1")}, Instant{}, 100);
    throw Error(ErrorKind::conflict, "no");
  }),
               Error);
  writes.write_now(
      [](WriteTransaction& tx) { return tx.accept({created("kept", "t2")}, Instant{}, 100); });
  EXPECT_EQ(registry.ask("SELECT group_concat(event_id) FROM supervisor_inbox"), "kept");
}

TEST(WriteQueue, WhatReturnedIsOnDiskForOtherProcesses) {
  TempRegistry registry;
  WriteQueue& writes = registry.open().writes();
  std::vector<std::thread> writers;
  for (int thread = 0; thread < 4; ++thread) {
    writers.emplace_back([&writes, thread] {
      for (int i = 0; i < 50; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        writes.write_now([&id](WriteTransaction& tx) {
          return tx.accept({created(id, "t" + id)}, Instant{}, 100'000);
        });
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 200);
  EXPECT_EQ(writes.stats().jobs, 200U);
  EXPECT_LE(writes.stats().transactions, 200U);
}

TEST(WriteQueue, WaitsForAnotherProcessesLock) {
  TempRegistry registry;
  WriteQueue& writes = registry.open().writes();
  registry.exec("BEGIN IMMEDIATE");
  std::thread writer([&writes] {
    writes.write_now(
        [](WriteTransaction& tx) { return tx.accept({created("e", "t")}, Instant{}, 100); });
  });
  while (writes.stats().busy_waits == 0) std::this_thread::yield();
  registry.exec("COMMIT");
  writer.join();
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 1);
  EXPECT_TRUE(writes.stats().healthy);
}

TEST(WriteQueue, ReadsGoOnWhileAnotherProcessHoldsTheLock) {
  TempRegistry registry;
  Registry& open = registry.open();
  registry.exec("BEGIN IMMEDIATE");
  EXPECT_EQ(open.reads().read_now([](const ReadView& view) { return view.sizes().tasks; }), 0U);
  registry.exec("COMMIT");
}

/// Files of this process may not grow past a size while it lives: what a full disk looks like to
/// SQLite.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uintmax_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(WriteQueue, AFullDiskRefusesWritesInOneSentenceReadsGoOnAndItRecoversByItself) {
  TempRegistry registry;
  Registry& open = registry.open();
  const auto write = [&open](const std::string& id) {
    open.writes().write_now([&id](WriteTransaction& tx) {
      IncomingEvent event = created(id, "t-" + id);
      event.event.payload = R"({"text":")" + std::string(100'000, 'x') + R"("})";
      return tx.accept({event}, Instant{}, 100);
    });
  };
  write("kept");
  {
    const FileSizeLimit limit(std::filesystem::file_size(registry.path().string() + "-wal"));
    try {
      write("refused");
      FAIL() << "written to a full disk";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.what();
    }
    EXPECT_FALSE(open.writes().stats().healthy);
    EXPECT_EQ(open.reads().read_now([](const ReadView& view) { return view.sizes().tasks; }), 1U);
  }
  while (!open.writes().stats().healthy) std::this_thread::yield();
  write("again");
  EXPECT_EQ(
      registry.ask(
          "SELECT group_concat(event_id) FROM (SELECT * FROM supervisor_inbox ORDER BY rowid)"),
      "kept,again");
}

TEST(WriteQueue, ATriggerThatEndsTheTransactionFailsOnlyTheJobItRefuses) {
  TempRegistry registry;
  WriteQueue& writes = registry.open().writes();
  registry.exec(
      "CREATE TRIGGER strict BEFORE INSERT ON tasks WHEN NEW.task_id = 'refused' "
      "BEGIN SELECT RAISE(ROLLBACK, 'not that one'); END");
  std::vector<std::thread> callers;
  std::atomic<int> conflicts = 0;
  const auto call = [&](const std::string& task) {
    callers.emplace_back([&writes, &conflicts, task] {
      try {
        writes.write_now([&task](WriteTransaction& tx) {
          return tx.accept({created("e-" + task, task)}, Instant{}, 100);
        });
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::conflict) ++conflicts;
      }
    });
  };
  // While the first waits for the lock the others gather behind it, to be one group.
  registry.exec("BEGIN IMMEDIATE");
  call("first");
  while (writes.stats().busy_waits == 0) std::this_thread::yield();
  for (const char* task : {"a", "refused", "b"}) call(task);
  while (writes.stats().queued < 3) std::this_thread::yield();
  registry.exec("COMMIT");
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(conflicts, 1);
  EXPECT_EQ(
      registry.ask("SELECT group_concat(task_id) FROM (SELECT task_id FROM tasks ORDER BY 1)"),
      "a,b,first");
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 3);
  EXPECT_TRUE(writes.stats().healthy);
  EXPECT_EQ(writes.stats().failed_jobs, 1U);
}

TEST(WriteQueue, ADecisionWhoseStatusEndsTheTransactionLeavesNothingBehind) {
  TempRegistry registry;
  WriteQueue& writes = registry.open().writes();
  writes.write_now(
      [](WriteTransaction& tx) { return tx.accept({created("e", "t")}, Instant{}, 100); });
  registry.exec(
      "CREATE TRIGGER strict BEFORE UPDATE OF status ON tasks "
      "BEGIN SELECT RAISE(ROLLBACK, 'no'); END");
  DecisionRecord record;
  record.id = DecisionId("d");
  record.inbox_row = 1;
  record.event = created("e", "t").event;
  record.new_status = "VERIFYING";
  EXPECT_THROW(writes.write_now([&record](WriteTransaction& tx) { return tx.record(record); }),
               Error);
  EXPECT_EQ(registry.count("SELECT count(*) FROM task_audits"), 0);
  EXPECT_EQ(registry.ask("SELECT status FROM supervisor_inbox"), "pending");
}

TEST(WriteQueue, SaysSoWhileAnotherProcessKeepsTheLockAndRecoversByItself) {
  TempRegistry registry;
  registry.open();
  registry.close();
  registry.exec("BEGIN IMMEDIATE");
  Registry& open = registry.open();
  EXPECT_FALSE(open.writes().stats().healthy);
  EXPECT_NE(open.writes().stats().last_error.find("locked"), std::string::npos);
  EXPECT_EQ(open.reads().read_now([](const ReadView& view) { return view.sizes().tasks; }), 0U);
  registry.exec("COMMIT");
  while (!open.writes().stats().healthy) std::this_thread::yield();
}

TEST(WriteQueue, RefusesNothingAcceptedWhenItEnds) {
  TempRegistry registry;
  registry.open().writes().write_now(
      [](WriteTransaction& tx) { return tx.accept({created("e", "t")}, Instant{}, 9); });
  registry.close();
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 1);
}

}  // namespace
}  // namespace replay::registry
