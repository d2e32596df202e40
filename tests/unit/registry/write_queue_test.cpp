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

TEST(WriteQueue, RefusesNothingAcceptedWhenItEnds) {
  TempRegistry registry;
  registry.open().writes().write_now(
      [](WriteTransaction& tx) { return tx.accept({created("e", "t")}, Instant{}, 9); });
  registry.close();
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox"), 1);
}

}  // namespace
}  // namespace replay::registry
