#include <sstream>

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "tests/support/every_route.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/hostile_rows.h"
#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

/// Rows that nobody expects, from before the daemon came and written while it serves.
class HostileRows : public ::testing::Test {
 protected:
  HostileRows() {
    create_agentos_tables(path_, {});
    agentos_ = std::make_unique<ForeignWriter>(path_);
    take(add_hostile_rows(*agentos_, "before "));
    daemon_ = std::make_unique<TestDaemon>(
        DaemonOptions{.registry = path_,
                      .config = "supervisor:\n  max_attempts: 2\n  first_backoff: 1ms\n"
                                "api:\n  rate_limit:\n    requests_per_minute: 0\n",
                      .flags = {}});
    take(add_hostile_rows(*agentos_, ""));
  }

  void take(const HostileIds& ids) {
    tasks_.insert(tasks_.end(), ids.tasks.begin(), ids.tasks.end());
    decisions_.insert(decisions_.end(), ids.decisions.begin(), ids.decisions.end());
  }
  void expect_sane(const std::string& target, const HttpResponse& response) {
    EXPECT_LT(response.status, 500U) << target << "\n" << response.body.substr(0, 300);
    EXPECT_TRUE(is_utf8(response.body)) << target;
    if (response.header("content-type").starts_with("application/json")) {
      EXPECT_TRUE(is_json(response.body)) << target << "\n" << response.body.substr(0, 300);
    }
  }

  TempDir directory_;
  std::filesystem::path path_ = directory_.file("registry.sqlite");
  std::unique_ptr<ForeignWriter> agentos_;
  std::unique_ptr<TestDaemon> daemon_;
  std::vector<std::string> tasks_;
  std::vector<std::string> decisions_;
};

TEST_F(HostileRows, EveryPendingOneIsDecidedOrFails) {
  daemon_->settle();
  EXPECT_EQ(agentos_->number("SELECT count(*) FROM supervisor_inbox WHERE status NOT IN "
                             "('completed', 'failed')"),
            0);
  EXPECT_EQ(agentos_->number("SELECT count(*) FROM supervisor_inbox WHERE status = 'failed' AND "
                             "coalesce(error_message, '') = ''"),
            0);
}

TEST_F(HostileRows, TheNextEventIsDecidedAsEver) {
  const json::value answer = daemon_->decide(created("evt-good", "task-good"));
  EXPECT_EQ(text_at(answer, "/decisions/0/decision_type"), "ALLOW");
}

TEST_F(HostileRows, EveryRouteAnswers) {
  daemon_->settle();
  for (const std::string& target : every_get(tasks_, decisions_))
    expect_sane(target, daemon_->get(target));
}

TEST_F(HostileRows, EveryCollectorSucceeds) {
  daemon_->settle();
  std::istringstream lines(daemon_->get("/metrics").body);
  int collectors = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("decision_replay_scrape_collector_success{")) continue;
    ++collectors;
    EXPECT_TRUE(line.ends_with(" 1")) << line;
  }
  EXPECT_GT(collectors, 5);
}

TEST_F(HostileRows, EveryTasksTraceIsReadToItsEnd) {
  daemon_->settle();
  for (const std::string& task : tasks_) {
    if (!is_utf8(task)) continue;  // no path can name it
    const std::string trace = "/tasks/" + percent_encoded(task) + "/decision-trace?limit=7";
    std::int64_t met = 0;
    std::string cursor;
    do {
      const json::value page = daemon_->ask(trace + (cursor.empty() ? "" : "&cursor=" + cursor));
      met += int_at(page, "/count");
      cursor = at(page, "/next_cursor").is_null() ? "" : text_at(page, "/next_cursor");
    } while (!cursor.empty());
    const auto stored = [&](const std::string& table) {
      agentos_->run("DROP TABLE IF EXISTS temp.asked");
      agentos_->run("CREATE TEMP TABLE asked AS SELECT ? AS task", task);
      return agentos_->number("SELECT count(*) FROM " + table +
                              " WHERE task_id = (SELECT task FROM temp.asked)");
    };
    EXPECT_EQ(met, stored("task_audits") + stored("task_events")) << task;
  }
}

TEST_F(HostileRows, TheirTasksCanBeUnblockedAndSentEvents) {
  for (const std::string& task : tasks_) {
    if (!is_utf8(task)) continue;
    // Appended: GCC 12 warns, falsely, of what + would copy.
    std::string target = std::string(TestDaemon::kApi).append("/tasks/");
    target.append(percent_encoded(task)).append("/unblock");
    expect_sane(target, daemon_->post(target, R"({"actor": "a", "reason": "r"})"));
    if (task.find('\0') != std::string::npos) continue;
    EXPECT_EQ(daemon_->send(event("evt-" + task, task, "TASK_STEP_COMPLETED"), "?wait=30s").status,
              200U)
        << task;
  }
}

}  // namespace
}  // namespace replay::testing
