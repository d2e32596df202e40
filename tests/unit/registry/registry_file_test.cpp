#include "registry/registry_file.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

namespace fs = std::filesystem;
using testing::TempRegistry;

std::string beside(const fs::path& path, const std::string& ending) {
  return path.string() + ending;
}

/// Moves a registry with what belongs to it.
void move(const fs::path& from, const fs::path& to) {
  for (const char* part : {"", "-wal", "-shm"}) {
    if (fs::exists(beside(from, part))) fs::rename(beside(from, part), beside(to, part));
  }
}

void write(Registry& registry, const std::string& event) {
  registry.writes().write_now([&event](WriteTransaction& tx) {
    return tx.accept(
        {{{EventId(event), TaskId("t"), "TASK_CREATED", Instant{}, EventSource::eventbus, "{}"},
          {}}},
        Instant{}, 100);
  });
}

std::string refusal(Registry& registry, const std::string& event) {
  try {
    write(registry, event);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.what();
    return error.what();
  }
}

std::uint64_t pending(Registry& registry) {
  return registry.reads().read_now(
      [](const ReadView& view) { return view.inbox_counts(Instant{}).pending; });
}

void wait_for(const Registry& registry, FileState state) {
  while (registry.file().state() != state) std::this_thread::yield();
}

TEST(RegistryFile, MovedAwayIsNoticedRefusesWritesAndRecoversWhenItIsBack) {
  TempRegistry temp;
  Registry& registry = temp.open();
  write(registry, "before");
  const fs::path away = temp.directory() / "away.sqlite";
  move(temp.path(), away);
  wait_for(registry, FileState::missing);
  EXPECT_FALSE(registry.writes().stats().healthy);
  EXPECT_NE(registry.writes().stats().last_error.find("not in its place"), std::string::npos);
  EXPECT_NE(refusal(registry, "during").find("not in its place"), std::string::npos);
  EXPECT_EQ(pending(registry), 1U);
  move(away, temp.path());
  while (!registry.writes().stats().healthy) std::this_thread::yield();
  write(registry, "after");
  EXPECT_EQ(temp.ask("SELECT group_concat(event_id) FROM (SELECT event_id FROM supervisor_inbox "
                     "ORDER BY rowid)"),
            "before,after");
}

TEST(RegistryFile, ReplacedStaysReplacedAndTheOtherFileIsLeftAlone) {
  TempRegistry temp;
  const fs::path restored = temp.directory() / "restored.sqlite";
  {
    TempRegistry other;
    other.open();
    other.close();
    fs::copy_file(other.path(), restored);
  }
  Registry& registry = temp.open();
  write(registry, "before");
  const fs::path away = temp.directory() / "away.sqlite";
  move(temp.path(), away);
  fs::rename(restored, temp.path());
  wait_for(registry, FileState::replaced);
  EXPECT_NE(refusal(registry, "during").find("restart the daemon"), std::string::npos);
  EXPECT_EQ(pending(registry), 1U);

  temp.exec("INSERT INTO tasks (task_id) VALUES ('in the new file')");
  ASSERT_TRUE(fs::exists(beside(temp.path(), "-wal")));
  move(temp.path(), restored);
  move(away, temp.path());
  EXPECT_NE(refusal(registry, "once more").find("restart the daemon"), std::string::npos);
  move(temp.path(), away);
  move(restored, temp.path());
  temp.close();
  EXPECT_TRUE(fs::exists(beside(temp.path(), "-wal"))) << "the end of ours took the other's log";
  EXPECT_EQ(temp.ask("SELECT task_id FROM tasks"), "in the new file");
}

TEST(RegistryFile, EmptiedInPlaceCountsAsReplaced) {
  TempRegistry temp;
  Registry& registry = temp.open();
  write(registry, "before");
  std::ofstream(temp.path(), std::ios::trunc).close();
  wait_for(registry, FileState::replaced);
  EXPECT_NE(refusal(registry, "during").find("restart the daemon"), std::string::npos);
}

}  // namespace
}  // namespace replay::registry
