#include <cmath>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

/// One scrape, as a Prometheus reads it.
struct Exposition {
  explicit Exposition(std::string body) : text(std::move(body)) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string hash;
      std::string keyword;
      std::string name;
      if (line.starts_with("# TYPE ") && words >> hash >> keyword >> name) words >> types[name];
      if (line.starts_with("#") || line.empty()) continue;
      const std::size_t blank = line.rfind(' ');
      series[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
    }
  }
  double value(const std::string& name) const {
    const auto found = series.find(name);
    if (found == series.end()) throw std::runtime_error("no series " + name + "\n" + text);
    return found->second;
  }
  /// Over all label values.
  double sum(const std::string& name) const {
    double total = 0;
    for (const auto& [key, number] : series) {
      if (key == name || key.starts_with(name + "{")) total += number;
    }
    return total;
  }

  std::string text;
  std::map<std::string, std::string> types;
  std::map<std::string, double> series;
};

class Metrics : public ::testing::Test {
 protected:
  Exposition scrape() { return Exposition(daemon_.get("/metrics").body); }

  /// The numbers over decisions come a moment after the decisions, those over windows seconds
  /// later.
  void wait_for_decisions(double decided, double blocked) {
    wait_until("the decisions to be counted", [&] {
      const Exposition metrics = scrape();
      return metrics.sum("decision_replay_decisions_total") == decided &&
             metrics.sum("decision_replay_window_blocks") == blocked &&
             metrics.series.contains("decision_replay_window_refreshed_timestamp_seconds");
    });
  }

  TestDaemon daemon_;
};

TEST_F(Metrics, AreTextOfTheClassicFormat) {
  EXPECT_TRUE(
      daemon_.get("/metrics").header("Content-Type").starts_with("text/plain; version=0.0.4"));
  const HttpResponse packed = daemon_.get("/metrics", {{"Accept-Encoding", "gzip"}});
  EXPECT_NE(packed.gunzip().find("decision_replay_build_info"), std::string::npos);
}

TEST_F(Metrics, OfTheRunbookAreNotANumberWhereNothingWasMeasured) {
  const Exposition metrics = scrape();
  EXPECT_TRUE(std::isnan(metrics.value("decision_trace_api_p95_ms")));
  EXPECT_TRUE(std::isnan(metrics.value("decision_lag_p95_seconds")));
  EXPECT_EQ(metrics.value("blocked_tasks_count"), 0);
  for (const std::string name :
       {"decision_trace_api_p95_ms", "decision_lag_p95_seconds", "blocked_tasks_count"}) {
    EXPECT_EQ(metrics.types.at(name), "gauge") << name;
  }
}

TEST_F(Metrics, OfTheRunbookFollowWhatHappens) {
  daemon_.decide(
      json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
  EXPECT_EQ(daemon_.api("/tasks/task-1/decision-trace").status, 200);
  wait_until("the blocked task to be counted",
             [&] { return scrape().value("blocked_tasks_count") == 1; });
  EXPECT_GT(scrape().value("decision_trace_api_p95_ms"), 0);
  EXPECT_LT(scrape().value("decision_trace_api_p95_ms"), 10'000);
  wait_until("the lag to be measured",
             [&] { return scrape().value("decision_lag_p95_seconds") > 0; });
  EXPECT_LT(scrape().value("decision_lag_p95_seconds"), 60);
  daemon_.post("/api/governance/tasks/task-2/unblock", R"({"actor": "ada", "reason": "x"})");
  wait_until("the task to be unblocked",
             [&] { return scrape().value("blocked_tasks_count") == 0; });
}

TEST_F(Metrics, PassPromtool) {
  daemon_.decide(
      json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
  daemon_.api("/tasks/task-1/decision-trace");
  daemon_.api("/tasks/unknown/decision-trace");
  write_file(daemon_.file("metrics"), scrape().text);
  const CommandResult result = run_bash("promtool check metrics < metrics", daemon_.file("."));
  constexpr int kLintFindings = 3;
  EXPECT_TRUE(result.exit_code == 0 || result.exit_code == kLintFindings) << result.err;
  std::istringstream findings(result.out + result.err);
  for (std::string line; std::getline(findings, line);) {
    EXPECT_TRUE(line.starts_with("decision_trace_api_p95_ms") ||
                line.starts_with("blocked_tasks_count"))
        << line;
  }
}

TEST_F(Metrics, AreThoseOfTheirDocument) {
  daemon_.decide(
      json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
  daemon_.api("/tasks/task-1/decision-trace");
  wait_for_decisions(2, 1);
  const std::map<std::string, std::string> exposed = scrape().types;
  std::map<std::string, std::string> documented;
  std::istringstream lines(file_text(REPLAY_SOURCE_DIR "/docs/metrics.md"));
  const std::regex row(R"(\| (`[^|]*`) \| (counter|gauge|histogram)\b.*)");
  const std::regex name("[a-z0-9_]+");
  for (std::string line; std::getline(lines, line);) {
    std::smatch cells;
    if (!std::regex_match(line, cells, row)) continue;
    const std::string names = cells[1];
    for (std::sregex_iterator found(names.begin(), names.end(), name), end; found != end; ++found) {
      documented[found->str()] = cells[2];
      const bool may_be_absent = line.find("absent") != std::string::npos;
      EXPECT_TRUE(exposed.contains(found->str()) || may_be_absent) << found->str();
    }
  }
  for (const auto& [exposed_name, type] : exposed) {
    EXPECT_EQ(documented[exposed_name], type) << exposed_name;
  }
}

TEST_F(Metrics, NothingIsLostAndEveryCollectorSucceeds) {
  daemon_.decide(created("evt-1", "task-1"));
  const Exposition metrics = scrape();
  EXPECT_EQ(metrics.value("decision_replay_decisions_lost_total"), 0);
  std::size_t collectors = 0;
  for (const auto& [key, value] : metrics.series) {
    if (!key.starts_with("decision_replay_scrape_collector_success{")) continue;
    ++collectors;
    EXPECT_EQ(value, 1) << key;
  }
  EXPECT_GE(collectors, 10U);
}

TEST_F(Metrics, DescribeTheProcessAndTheBuild) {
  const Exposition metrics = scrape();
  for (const std::string name : {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                                 "process_resident_memory_bytes", "process_virtual_memory_bytes",
                                 "process_start_time_seconds"}) {
    EXPECT_GT(metrics.value(name), 0) << name;
  }
  EXPECT_EQ(metrics.sum("decision_replay_build_info"), 1);
}

TEST_F(Metrics, ArePrefixedButForTheRunbooksAndTheProcesss) {
  for (const auto& [name, type] : scrape().types) {
    EXPECT_TRUE(name.starts_with("decision_replay_") || name.starts_with("process_") ||
                name == "decision_trace_api_p95_ms" || name == "decision_lag_p95_seconds" ||
                name == "blocked_tasks_count")
        << name;
  }
}

TEST_F(Metrics, CountDecisionsRequestsAndTheInbox) {
  daemon_.decide(
      json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
  wait_until("the decisions to be counted",
             [&] { return scrape().sum("decision_replay_decisions_total") == 2; });
  wait_until("the inbox to be counted", [&] {
    return scrape().value(R"(decision_replay_inbox_events{state="completed"})") == 2;
  });
  const double before = scrape().sum("decision_replay_http_requests_total");
  daemon_.api("/inbox");
  EXPECT_GE(scrape().sum("decision_replay_http_requests_total"), before + 1);
}

TEST_F(Metrics, NeverNameATask) {
  json::array events;
  for (int i = 0; i < 5; ++i)
    events.push_back(
        created("evt-a" + std::to_string(i), "xyzzy-a" + std::to_string(i), dangerous_payload()));
  daemon_.decide(events);
  daemon_.api("/tasks/xyzzy-a1/summary");
  daemon_.api("/tasks/xyzzy-a1/decision-trace");
  wait_for_decisions(5, 5);
  const std::size_t series = scrape().series.size();
  events.clear();
  for (int i = 0; i < 300; ++i)
    events.push_back(
        created("evt-b" + std::to_string(i), "xyzzy-b" + std::to_string(i), dangerous_payload()));
  daemon_.decide(events);
  for (int i = 0; i < 20; ++i) daemon_.api("/tasks/xyzzy-b" + std::to_string(i) + "/summary");
  wait_for_decisions(305, 305);
  EXPECT_EQ(scrape().text.find("xyzzy"), std::string::npos);
  EXPECT_EQ(scrape().series.size(), series);
}

TEST(MetricsOfARegistry, CountWhatCannotBeRead) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.audits = 300, .orphans = 7, .bad_json = 6, .bad_timestamps = 5});
  // A first look at the whole registry, so that the next start knows it at once.
  TestDaemon daemon({.registry = path, .config = {}, .flags = {}});
  daemon.settle();
  daemon.stop();
  daemon.start();
  const auto value = [&](const std::string& name) {
    return Exposition(daemon.get("/metrics").body).value("decision_replay_integrity_" + name);
  };
  EXPECT_EQ(value("orphaned_audits"), 7);
  const auto rows = [&](const std::string& labels) {
    return value("unreadable_rows{" + labels + ",table=\"task_audits\"}");
  };
  EXPECT_EQ(rows(R"(column="payload",kind="payload_not_json")"), 6);
  EXPECT_EQ(rows(R"(column="created_at",kind="created_at_unreadable")"), 5);
}

}  // namespace
}  // namespace replay::testing
