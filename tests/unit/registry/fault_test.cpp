#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/error.h"
#include "support/fault_vfs.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::Fault;
using testing::TempRegistry;

/// A registry behind the faulty door, and a client that remembers what it was promised.
class Faults : public ::testing::Test {
 protected:
  Faults() { Fault::install(); }

  Registry& open() { return registry.open(); }

  void write(const std::string& id) {
    registry.registry().writes().write_now([&id](WriteTransaction& tx) {
      IncomingEvent event{
          {EventId(id), TaskId("t-" + id), "TASK_CREATED", Instant{}, EventSource::eventbus, "{}"},
          {}};
      event.event.payload = R"({"text":")" + std::string(10'000, 'x') + R"("})";
      return tx.accept({event}, Instant{}, 1000);
    });
    acknowledged.insert(id);
  }

  /// What the client is told; "" where the write was accepted.
  std::string refusal(const std::string& id) {
    try {
      write(id);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.what();
      return error.what();
    }
  }

  void wait_until_healthy() {
    while (!registry.registry().writes().stats().healthy) std::this_thread::yield();
  }

  /// As the next process finds it.
  void expect_everything_acknowledged() {
    registry.close();
    for (const std::string& id : acknowledged) {
      EXPECT_EQ(
          registry.count("SELECT count(*) FROM supervisor_inbox WHERE event_id = '" + id + "'"), 1)
          << id;
    }
    EXPECT_EQ(registry.ask("PRAGMA integrity_check"), "ok");
  }

  TempRegistry registry;
  std::set<std::string> acknowledged;
};

struct Injected {
  const char* name;
  Fault::Operation operation;
  int code;
  const char* sentence;
};

class FailedWrites : public Faults, public ::testing::WithParamInterface<Injected> {};

TEST_P(FailedWrites, AreRefusedInOneSentenceAndEndByThemselvesWithNothingAcknowledgedLost) {
  open();
  write("before");
  {
    const Fault fault(GetParam().operation, Fault::File::wal, GetParam().code);
    EXPECT_NE(refusal("during").find(GetParam().sentence), std::string::npos);
    EXPECT_GT(fault.strikes(), 0U);
    EXPECT_FALSE(registry.registry().writes().stats().healthy);
    EXPECT_NE(registry.registry().writes().stats().last_error.find(GetParam().sentence),
              std::string::npos);
    EXPECT_NE(refusal("at once again"), "");
    EXPECT_EQ(registry.registry().reads().read_now(
                  [](const ReadView& view) { return view.sizes().tasks; }),
              1U);
  }
  wait_until_healthy();
  write("after");
  expect_everything_acknowledged();
}

INSTANTIATE_TEST_SUITE_P(
    OfTheLog, FailedWrites,
    ::testing::Values(Injected{"Sync", Fault::Operation::sync, SQLITE_IOERR_FSYNC, "failed"},
                      Injected{"Write", Fault::Operation::write, SQLITE_IOERR_WRITE, "failed"},
                      Injected{"FullDisk", Fault::Operation::write, SQLITE_FULL, "full"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(Faults, AStartThatCannotMakeItsTablesSaysSoInOneSentence) {
  registry.exec(testing::v24_tables() + "PRAGMA journal_mode = WAL;");
  const Fault fault(Fault::Operation::write, Fault::File::wal, SQLITE_FULL);
  try {
    open();
    FAIL() << "opened without its tables";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_NE(std::string(error.what()).find("Cannot prepare the registry"), std::string::npos);
  }
}

TEST_F(Faults, AStartThatLacksOnlyIndexesGoesOnWithoutThem) {
  registry.exec(testing::v24_tables());
  registry.open(/*manage_indexes=*/false);
  registry.close();
  registry.exec("PRAGMA journal_mode = WAL");
  const Fault fault(Fault::Operation::write, Fault::File::wal, SQLITE_FULL);
  EXPECT_FALSE(open()
                   .reads()
                   .read_now([](const ReadView& view) { return view.integrity(Instant{}); })
                   .missing_indexes.empty());
}

TEST_F(Faults, AFailedCheckpointLosesNothing) {
  open();
  {
    const Fault fault(Fault::Operation::sync, Fault::File::database, SQLITE_IOERR_FSYNC);
    // Enough for SQLite's automatic checkpoint, which is tried after the commit.
    for (int i = 0; fault.strikes() == 0; ++i) write("e" + std::to_string(i));
  }
  write("after");
  expect_everything_acknowledged();
}

TEST_F(Faults, AReadThatTheDiskFailsIsAnErrorAndTheNextOneIsNot) {
  open();
  for (int i = 0; i < 20; ++i) write("e" + std::to_string(i));
  registry.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto events = [](const ReadView& view) {
    return view.newest_events(100, Instant{}).size();
  };
  {
    const Fault fault(Fault::Operation::read, Fault::File::database, SQLITE_IOERR_READ);
    try {
      (void)registry.registry().reads().read_now(events);
      FAIL() << "read from a disk that fails";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.what();
    }
  }
  EXPECT_EQ(registry.registry().reads().read_now(events), 20U);
}

TEST_F(Faults, AReadThatFailsInsideAJobLeavesNothingOfIt) {
  open();
  for (int i = 0; i < 20; ++i) write("e" + std::to_string(i));
  registry.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  {
    const Fault fault(Fault::Operation::read, Fault::File::database, SQLITE_IOERR_READ);
    EXPECT_NE(refusal("during"), "");
  }
  wait_until_healthy();
  write("after");
  expect_everything_acknowledged();
  EXPECT_EQ(registry.count("SELECT count(*) FROM supervisor_inbox WHERE event_id = 'during'"), 0);
}

}  // namespace
}  // namespace replay::registry
