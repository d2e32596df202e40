#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/http_receiver.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

std::string replaced(const std::string& text, const std::string& pattern, const std::string& by) {
  return std::regex_replace(text, std::regex(pattern), by);
}

std::string source_file(const std::string& name) {
  return file_text(std::string(REPLAY_SOURCE_DIR "/") + name);
}

/// A host: Debian's Alertmanager with the shipped configuration and rules, their waits shortened,
/// and a pager, which is a webhook of this test.
class Paging : public ::testing::Test {
 protected:
  Paging() {
    // promtool's cases prove the real lengths of `for`.
    write_file(file("rules.yml"), replaced(source_file("rules/decision-replay.rules.yml"),
                                           "for: \\d+[mhd]", "for: 1s"));
    std::string config = replaced(source_file("rules/alertmanager.yml"),
                                  "http://127\\.0\\.0\\.1:9095", pager_.url());
    config = replaced(config, "(group_wait|group_interval): \\S+", "$1: 1s");
    write_file(file("alertmanager.yml"), config);
    alertmanager_ =
        start({"prometheus-alertmanager", "--config.file=" + file("alertmanager.yml"),
               "--storage.path=" + file("alertmanager"),
               "--cluster.listen-address=", "--web.listen-address=" + alertmanager_address_},
              "alertmanager");
    wait_until_ready(alertmanager_address_);
  }

  std::string file(const std::string& name) const { return directory_.file(name).string(); }

  std::unique_ptr<ChildProcess> start(const std::vector<std::string>& command,
                                      const std::string& name) const {
    return std::make_unique<ChildProcess>(command, file(name + ".out"), file(name + ".log"));
  }

  static std::string free_address() { return "127.0.0.1:" + std::to_string(free_port()); }

  static void wait_until_ready(const std::string& address) {
    wait_until(address + " to be ready", [&] {
      try {
        return HttpClient(address).get("/-/ready").status == 200;
      } catch (const std::runtime_error&) {
        return false;  // it does not listen yet
      }
    });
  }

  void start_daemon(const std::string& config) {
    daemon_ =
        std::make_unique<TestDaemon>(DaemonOptions{.registry = {}, .config = config, .flags = {}});
  }

  void start_prometheus() {
    write_file(file("prometheus.yml"),
               "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
               "rule_files: [rules.yml]\n"
               "alerting: {alertmanagers: [{static_configs: [{targets: ['" +
                   alertmanager_address_ +
                   "']}]}]}\n"
                   "scrape_configs: [{job_name: decision-replay, static_configs: [{targets: ['" +
                   daemon_->address() + "']}]}]\n");
    const std::string address = free_address();
    prometheus_ = start({"prometheus", "--config.file=" + file("prometheus.yml"),
                         "--storage.tsdb.path=" + file("tsdb"), "--web.listen-address=" + address},
                        "prometheus");
    wait_until_ready(address);
  }

  /// The first thing that the pager was told of ManyBlockedTasks.
  std::optional<json::value> page(const std::string& status) const {
    for (const HttpReceiver::Post& post : pager_.posts()) {
      const auto body = parse_json(post.body);
      if (!body || text_at(*body, "/groupLabels/alertname") != "ManyBlockedTasks") continue;
      for (const json::value& alert : array_at(*body, "/alerts")) {
        if (text_at(alert, "/status") == status) return *body;
      }
    }
    return std::nullopt;
  }

  json::value wait_for_page(const std::string& status) const {
    std::optional<json::value> found;
    wait_until("a page that says " + status, [&] {
      found = page(status);
      return found.has_value();
    });
    return *found;
  }

  /// Eleven tasks are one more than is healthy.
  void block_and_unblock() {
    json::array events;
    for (int i = 0; i < 11; ++i) {
      const std::string number = std::to_string(i);
      events.push_back(created("evt-" + number, "task-" + number, dangerous_payload()));
    }
    daemon_->decide(events);
    const auto blocked = std::chrono::steady_clock::now();
    const json::value firing = wait_for_page("firing");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - blocked;
    std::cout << "From block to page: " << took.count() << " s\n" << firing << '\n';
    expect_the_page(firing);
    daemon_->post("/api/governance/tasks/task-0/unblock", R"({"actor": "ada", "reason": "seen"})");
    wait_for_page("resolved");
  }

  void expect_the_page(const json::value& page) {
    const json::value& alert = at(page, "/alerts/0");
    EXPECT_EQ(text_at(page, "/receiver"), "ticket");
    EXPECT_EQ(text_at(alert, "/labels/alertname"), "ManyBlockedTasks");
    EXPECT_EQ(text_at(alert, "/labels/severity"), "warning");
    EXPECT_EQ(text_at(alert, "/labels/job"), "decision-replay");
    EXPECT_EQ(text_at(alert, "/labels/instance"), daemon_->address());
    EXPECT_EQ(text_at(alert, "/annotations/summary"), "Many tasks are blocked.");
    EXPECT_TRUE(text_at(alert, "/annotations/description").starts_with("11 tasks are BLOCKED"));
    const std::string url = text_at(alert, "/annotations/runbook_url");
    const std::string base =
        "http://localhost:8080";  // where a daemon listens that is not a test's
    ASSERT_TRUE(url.starts_with(base)) << url;
    const std::string anchor = url.substr(url.find('#') + 1);
    const HttpResponse runbook = daemon_->get(url.substr(base.size(), url.find('#') - base.size()));
    EXPECT_EQ(runbook.status, 200);
    EXPECT_NE(runbook.body.find("id=\"" + anchor + "\""), std::string::npos) << anchor;
  }

  TempDir directory_;
  HttpReceiver pager_;
  std::string alertmanager_address_ = free_address();
  std::unique_ptr<ChildProcess> alertmanager_;
  std::unique_ptr<TestDaemon> daemon_;
  std::unique_ptr<ChildProcess> prometheus_;
};

TEST_F(Paging, BlockedTasksPageThroughPrometheusUntilTheyAreUnblocked) {
  start_daemon("");
  start_prometheus();
  block_and_unblock();
}

TEST_F(Paging, BlockedTasksPageWithoutPrometheusUntilTheyAreUnblocked) {
  start_daemon("alerting:\n  alertmanagers: [\"http://" + alertmanager_address_ +
               "\"]\n  evaluation_interval: 1s\n  rule_files: [" + file("rules.yml") + "]\n");
  block_and_unblock();
}

}  // namespace
}  // namespace replay::testing
