#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <utility>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "tests/e2e/load.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

constexpr std::size_t kHistory = 10'000;

int rounds() {
  constexpr int kRounds = 4;
  const char* asked = std::getenv("REPLAY_KILL_ROUNDS");
  return asked == nullptr ? kRounds : std::atoi(asked);
}

/// `kill -9`, again and again, at other moments of the same work each time.
class Kill : public ::testing::Test {
 protected:
  void serve() {
    if (!daemon_) {
      daemon_ =
          std::make_unique<TestDaemon>(DaemonOptions{.registry = path_, .config = {}, .flags = {}});
    } else {
      daemon_->start();
    }
  }
  /// Work that is there whenever the kill comes.
  void serve_under_load(int round, std::size_t enough) {
    Load load(daemon_->address(), round);
    wait_until("events to be acknowledged", [&] { return load.acknowledged_count() >= enough; });
    daemon_->kill_hard();
    load.stop();
    expected_.insert(load.acknowledged().begin(), load.acknowledged().end());
  }
  /// Another number each round, so that the kill meets another moment.
  static std::size_t varying(int round, std::size_t least, std::size_t most) {
    return least + static_cast<std::size_t>(round) * 37 % (most - least);
  }

  /// An empty inbox does not say that nothing is left to follow: rows come in turns with decisions,
  /// and those behind the position take a small part of the time on purpose.
  static void wait_until_followed(ForeignWriter& registry, const std::string& which,
                                  std::size_t count) {
    const std::string sql = "SELECT count(*) FROM supervisor_inbox WHERE " + which;
    const auto followed = [&] { return std::cmp_equal(registry.number(sql), count); };
    wait_until("every row to be followed", followed, std::chrono::minutes{10});
  }

  void expect_each_decided_once() {
    serve();
    daemon_->settle();
    ForeignWriter registry(path_);
    const DecidedEvents decided = decided_events(registry);
    EXPECT_EQ(decided.other, std::set<std::string>{});
    EXPECT_EQ(decided.decisions, decided.once.size());
    std::size_t lost = 0;
    for (const std::string& id : expected_) lost += decided.once.contains(id) ? 0 : 1;
    EXPECT_EQ(lost, 0U);
    std::cout << rounds() << " kills, " << expected_.size() << " events acknowledged or followed, "
              << decided.once.size() << " decided once, " << lost << " lost\n";

    EXPECT_EQ(registry.text("PRAGMA integrity_check"), "ok");
    const CommandResult verified =
        run_program({"summary", "verify", "--registry.path", path_.string()});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
  }

  TempDir directory_;
  std::filesystem::path path_ = directory_.file("registry.sqlite");
  std::unique_ptr<TestDaemon> daemon_;
  std::set<std::string> expected_;  ///< ids of events that must be decided
};

TEST_F(Kill, WhileDeciding) {
  for (int round = 0; round < rounds(); ++round) {
    serve();
    serve_under_load(round, varying(round, 50, 250));
  }
  expect_each_decided_once();
}

TEST_F(Kill, WhileFollowing) {
  create_agentos_tables(path_, {});
  ForeignWriter agentos(path_);
  agentos.task("task-1");
  serve();
  for (int round = 0; round < rounds(); ++round) {
    if (round > 0) serve();
    const std::size_t enough = varying(round, 20, 120);
    for (std::size_t i = 0; i < enough; ++i) {
      const std::string when = format_instant(SystemClock().now());
      const std::string id = "row-" + std::to_string(round) + "-" + std::to_string(i);
      agentos.audit("task-1", "TASK_STEP_COMPLETED", R"({"event_id": ")" + id + "\"}", when);
      expected_.insert(id);
      const auto row = agentos.task_event("task-1", "TASK_STEP_COMPLETED", "{}", when);
      expected_.insert("polling_task_events_" + std::to_string(row));
    }
    daemon_->kill_hard();
  }
  serve();
  wait_until_followed(agentos, "source = 'polling'", expected_.size());
  daemon_->kill_hard();
  expect_each_decided_once();
}

TEST_F(Kill, WhileLookingForRowsThatCameBehind) {
  create_agentos_tables(path_, {});
  ForeignWriter agentos(path_);
  agentos.task("task-1");
  serve();
  int row = 0;
  for (int round = 0; round < rounds(); ++round) {
    if (round > 0) serve();
    agentos.script("BEGIN IMMEDIATE");
    for (std::size_t i = varying(round, 100, 400); i > 0; --i) {
      const std::string id = "behind-" + std::to_string(++row);
      agentos.run(
          "INSERT INTO task_audits (audit_id, task_id, event_type, payload, created_at) VALUES (?, "
          "'task-1', 'TASK_STEP_COMPLETED', ?, ?)",
          -row, R"({"event_id": ")" + id + "\"}", format_instant(SystemClock().now()));
      expected_.insert(id);
    }
    agentos.script("COMMIT");
    serve_under_load(round, varying(round, 50, 250));
  }
  serve();
  const auto begin = std::chrono::steady_clock::now();
  wait_until_followed(agentos, "event_id LIKE 'behind-%'", static_cast<std::size_t>(row));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << row << " rows behind, the last found " << took.count()
            << " s after the last start\n";
  daemon_->kill_hard();
  expect_each_decided_once();
}

TEST_F(Kill, WhileHistoryIsSummarised) {
  for (int round = 0; round < rounds(); ++round) {
    if (round % 2 == 0) {
      // A registry of its own, or it would all be done by the second round.
      if (round > 0) expect_each_decided_once();
      expected_.clear();
      daemon_.reset();
      path_ = directory_.file("registry-" + std::to_string(round) + ".sqlite");
      build_registry(path_, {.seed = static_cast<std::uint64_t>(round), .audits = kHistory});
    }
    serve();
    serve_under_load(round, varying(round, 5, 50));
  }
  expect_each_decided_once();
}

TEST_F(Kill, WhileSummariesAreRebuilt) {
  build_registry(path_, {.audits = kHistory});
  for (int round = 0; round < rounds(); ++round) {
    serve();
    if (round == 0) daemon_->settle();
    ChildProcess rebuild({program_path(), "summary", "rebuild", "--registry.path", path_.string()},
                         directory_.file("out"), directory_.file("err"));
    serve_under_load(round, varying(round, 5, 100));
    rebuild.signal(SIGKILL);
    rebuild.wait(kPatience);
  }
  expect_each_decided_once();
}

TEST_F(Kill, WhileStarting) {
  build_registry(path_, {.audits = kHistory / 10});
  for (int round = 0; round < rounds(); ++round) {
    {
      ChildProcess starting({program_path(), "serve", "--registry.path", path_.string(),
                             "--web.listen-address", "127.0.0.1:0"},
                            directory_.file("out"), directory_.file("err"));
      // The moment is what this is about: anywhere between the first instruction and readiness.
      starting.wait(std::chrono::milliseconds{varying(round, 0, 40)});
      starting.signal(SIGKILL);
      starting.wait(kPatience);
    }
    serve();
    serve_under_load(round, varying(round, 20, 100));
  }
  expect_each_decided_once();
}

}  // namespace
}  // namespace replay::testing
