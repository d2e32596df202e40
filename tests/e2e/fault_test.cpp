#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/load.h"
#include "tests/e2e/private_disk.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

namespace fs = std::filesystem;

/// Whether /-/ready refuses with these words; "" for one that agrees.
bool refuses(TestDaemon& daemon, const std::string& words) {
  const HttpResponse answer = daemon.get("/-/ready");
  if (words.empty()) return answer.status == 200;
  return answer.status == 503 && answer.body.find(words) != std::string::npos;
}

void wait_until_ready(TestDaemon& daemon) {
  wait_until("the daemon to be ready again", [&] { return refuses(daemon, ""); });
}

void wait_until_not_ready(TestDaemon& daemon, const std::string& words) {
  wait_until("/-/ready to say: " + words, [&] { return refuses(daemon, words); });
}

bool scrape_says(TestDaemon& daemon, const std::string& sample) {
  return daemon.get("/metrics").body.find("\n" + sample + "\n") != std::string::npos;
}

void expect_reads_go_on(TestDaemon& daemon) {
  for (const char* path : {"/tasks", "/inbox", "/integrity", "/stats/decision-types"})
    EXPECT_EQ(daemon.api(path).status, 200) << path;
  EXPECT_TRUE(scrape_says(daemon, "decision_replay_up 1"));
  EXPECT_TRUE(scrape_says(daemon, "decision_replay_registry_writable 0"));
}

void expect_decided_once(const fs::path& registry, const std::set<std::string>& acknowledged) {
  ForeignWriter reader(registry);
  const DecidedEvents decided = decided_events(reader);
  EXPECT_EQ(decided.decisions, decided.once.size());
  EXPECT_TRUE(std::includes(decided.once.begin(), decided.once.end(), acknowledged.begin(),
                            acknowledged.end()));
}

TEST(Fault, AFullDiskStopsWritesNotReadsAndEndsByItself) {
  const PrivateDisk disk("32m");
  if (!disk.mounted()) GTEST_SKIP() << disk.why_not();
  TestDaemon daemon({.registry = disk.path() / "registry.sqlite",
                     .config = {},
                     .flags = {},
                     .entrance = disk.entrance()});
  Load load(daemon.address(), 0);
  wait_until("some work", [&] { return load.acknowledged_count() >= 50; });
  disk.fill();
  wait_until_not_ready(daemon, "full");
  wait_until("a refusal", [&] { return load.refused() > 0; });
  expect_reads_go_on(daemon);
  const HttpResponse refused = daemon.send(created("evt-refused", "task-refused"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(text_at(refused.to_json(), "/detail").empty());

  const std::size_t before = load.acknowledged_count();
  disk.empty();
  wait_until_ready(daemon);
  wait_until("more work", [&] { return load.acknowledged_count() > before; });
  load.stop();
  daemon.settle();
  daemon.stop();
  // SQLite follows the links of a path, and so would not find it from outside.
  const fs::path copy = daemon.file("copy.sqlite");
  fs::copy_file(disk.from_outside() / "registry.sqlite", copy);
  expect_decided_once(copy, load.acknowledged());
}

TEST(Fault, ADirectoryMovedAwayStopsWritesNotReadsUntilItIsBack) {
  const TempDir place;
  fs::create_directory(place.file("store"));
  const fs::path registry = place.file("store") / "registry.sqlite";
  TestDaemon daemon({.registry = registry, .config = {}, .flags = {}});
  Load load(daemon.address(), 0);
  wait_until("some work", [&] { return load.acknowledged_count() >= 50; });
  fs::rename(place.file("store"), place.file("away"));
  wait_until_not_ready(daemon, "not in its place");
  expect_reads_go_on(daemon);
  EXPECT_TRUE(scrape_says(daemon, "decision_replay_registry_file_state{state=\"missing\"} 1"));
  EXPECT_EQ(daemon.send(created("evt-refused", "task-refused")).status, 503);

  const std::size_t before = load.acknowledged_count();
  fs::rename(place.file("away"), place.file("store"));
  wait_until_ready(daemon);
  wait_until("more work", [&] { return load.acknowledged_count() > before; });
  load.stop();
  daemon.settle();
  expect_decided_once(registry, load.acknowledged());
}

TEST(Fault, AReplacedFileIsNeitherWrittenNorAcknowledgedToAndARestartServesIt) {
  TestDaemon daemon;
  const fs::path restored = daemon.file("restored.sqlite");
  {
    TestDaemon other;
    other.decide(created("evt-restored", "task-restored"));
    other.stop();
    fs::copy_file(other.registry(), restored);
  }
  daemon.decide(created("evt-before", "task-before"));
  for (const char* part : {"", "-wal", "-shm"}) {
    fs::rename(daemon.registry().string() + part, daemon.file("before.sqlite").string() + part);
  }
  fs::rename(restored, daemon.registry());
  wait_until_not_ready(daemon, "restart the daemon");
  expect_reads_go_on(daemon);
  EXPECT_EQ(daemon.api("/tasks/task-before/summary").status, 200);
  EXPECT_EQ(daemon.send(created("evt-refused", "task-refused")).status, 503);
  EXPECT_EQ(daemon.log_lines("registry file is not in its place"), 1U);

  daemon.stop();
  daemon.start();
  EXPECT_EQ(daemon.get("/-/ready").status, 200);
  EXPECT_EQ(daemon.api("/tasks/task-restored/summary").status, 200);
  EXPECT_EQ(daemon.api("/tasks/task-refused/summary").status, 404);
  daemon.decide(created("evt-after", "task-after"));
}

/// Overwrites the page that holds this text.
void damage_page_with(const fs::path& registry, const std::string& text) {
  constexpr std::size_t kPageBytes = 4096;
  const std::string bytes = file_text(registry);
  const std::size_t found = bytes.find(text);
  ASSERT_NE(found, std::string::npos);
  std::fstream file(registry, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(found / kPageBytes * kPageBytes));
  file << std::string(kPageBytes, '\xff');
}

TEST(Fault, ADamagedPageFailsOnlyWhatNeedsIt) {
  TestDaemon daemon;
  json::array events;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(created("evt-" + n, "task-" + n, {{"note", "note-of-" + n + "-here"}}));
  }
  daemon.decide(events);
  daemon.stop();
  std::string decision;
  {
    ForeignWriter registry(daemon.registry());
    registry.script("PRAGMA wal_checkpoint(TRUNCATE)");
    decision = registry.text("SELECT decision_id FROM task_audits WHERE task_id = 'task-50'");
  }
  damage_page_with(daemon.registry(), "\"decision_id\":\"" + decision);

  daemon.start();
  EXPECT_EQ(daemon.get("/-/ready").status, 200);
  const HttpResponse damaged = daemon.api("/tasks/task-50/decision-trace");
  EXPECT_EQ(damaged.status, 503);
  EXPECT_NE(text_at(damaged.to_json(), "/detail").find("damaged"), std::string::npos);
  EXPECT_EQ(daemon.api("/tasks/task-0/decision-trace").status, 200);
  EXPECT_EQ(daemon.api("/stats/decision-types").status, 200);
  EXPECT_TRUE(scrape_says(daemon, "decision_replay_up 1"));
  const std::string metrics = daemon.get("/metrics").body;
  EXPECT_TRUE(std::regex_search(
      metrics, std::regex("\ndecision_replay_registry_damaged_reads_total [1-9][0-9]*\n")));
  EXPECT_NE(text_at(daemon.ask("/integrity"), "/damage").find("damaged"), std::string::npos);
  daemon.decide(created("evt-after", "task-after"));

  const CommandResult doctor =
      run_program({"doctor", "--registry.path", daemon.registry().string()});
  EXPECT_EQ(doctor.exit_code, 1);
  EXPECT_NE((doctor.out + doctor.err).find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace replay::testing
