#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/time.h"
#include "tests/support/http_receiver.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

constexpr auto kRules = R"(groups:
  - name: test
    rules:
      - alert: Blocked
        expr: blocked_tasks_count > 0
        labels: {severity: critical}
        annotations: {summary: "{{ $value }} blocked on {{ $labels.instance }}."}
      - alert: Down
        expr: up == 0
)";

/// A daemon that alerts by these rules.
class Alerting : public ::testing::Test {
 protected:
  explicit Alerting(const std::string& alertmanager = "") {
    write_file(directory_.file("rules.yml"), kRules);
    daemon_ = std::make_unique<TestDaemon>(
        DaemonOptions{.registry = {},
                      .config = "alerting:\n  alertmanagers: [\"" +
                                (alertmanager.empty() ? receiver_.url() : alertmanager) +
                                "/\"]\n  evaluation_interval: 1s\n  rule_files: [" +
                                directory_.file("rules.yml").string() + "]\n",
                      .flags = {}});
  }

  json::value alerts() { return daemon_->ask("/alerts"); }

  void block(const std::string& task) {
    daemon_->decide(created("evt-" + task, task, dangerous_payload()));
  }

  /// Whether the receiver was told of an alert that satisfies `holds`.
  bool told(const std::function<bool(const json::value&)>& holds) const {
    for (const HttpReceiver::Post& post : receiver_.posts()) {
      const auto body = parse_json(post.body);
      for (const json::value& alert : body->as_array()) {
        if (holds(alert)) return true;
      }
    }
    return false;
  }

  TempDir directory_;
  HttpReceiver receiver_;
  std::unique_ptr<TestDaemon> daemon_;
};

TEST_F(Alerting, TellsAlertmanagerOfWhatFiresAndOfItsEnd) {
  block("task-1");
  wait_until("the alert", [&] {
    return told([&](const json::value& alert) {
      return text_at(alert, "/labels/alertname") == "Blocked" &&
             text_at(alert, "/labels/severity") == "critical" &&
             text_at(alert, "/labels/job") == "decision-replay" &&
             text_at(alert, "/labels/instance") == daemon_->address() &&
             text_at(alert, "/annotations/summary") == "1 blocked on " + daemon_->address() + "." &&
             text_at(alert, "/endsAt") > text_at(alert, "/startsAt") &&
             text_at(alert, "/generatorURL") ==
                 "http://" + daemon_->address() + "/api/governance/alerts";
    });
  });
  const json::value firing = alerts();
  EXPECT_EQ(text_at(firing, "/alerts/0/name"), "Blocked");
  EXPECT_EQ(text_at(firing, "/alerts/0/state"), "firing");
  EXPECT_EQ(text_at(firing, "/alerts/0/severity"), "critical");
  EXPECT_EQ(real_at(firing, "/alerts/0/value"), 1);
  daemon_->post("/api/governance/tasks/task-1/unblock", R"({"actor": "ada", "reason": "x"})");
  wait_until("its end", [&] { return array_at(alerts(), "/alerts").empty(); });
  wait_until("the end to be told", [&] {
    return told([](const json::value& alert) {
      const auto ends = parse_instant(text_at(alert, "/endsAt"));
      return *ends - *parse_instant(text_at(alert, "/startsAt")) < std::chrono::minutes{3};
    });
  });
}

TEST_F(Alerting, NamesWhatOnlyPrometheusCanEvaluate) {
  const json::value found = alerts();
  EXPECT_EQ(array_at(found, "/not_evaluated").size(), 1U);
  EXPECT_EQ(text_at(found, "/not_evaluated/0/alert"), "Down");
  EXPECT_EQ(int_at(found, "/not_evaluated/0/line"), 8);
  EXPECT_EQ(text_at(found, "/not_evaluated/0/reason"), "up is not a metric of this daemon (at 1).");
  EXPECT_EQ(daemon_->log_lines("alert not evaluated"), 1U);
}

TEST_F(Alerting, ShowsItsStateInMetrics) {
  wait_until("an evaluation", [&] { return int_at(alerts(), "/evaluation/evaluations") > 0; });
  block("task-1");
  const std::string firing =
      "decision_replay_alerts{alertname=\"Blocked\",severity=\"critical\",state=\"firing\"} 1";
  wait_until("the metric",
             [&] { return daemon_->get("/metrics").body.find(firing) != std::string::npos; });
  wait_until("the delivery", [&] {
    return daemon_->get("/metrics")
               .body.find(
                   "decision_replay_alerting_last_delivery_timestamp_seconds{alertmanager=\"" +
                   receiver_.url() + "\"}") != std::string::npos;
  });
  EXPECT_EQ(run_bash("curl -s http://" + daemon_->address() +
                         "/metrics | promtool check metrics | grep alert",
                     directory_.path())
                .out,
            "");
}

TEST_F(Alerting, RulesAreReloadedWholeOrNotAtAll) {
  block("task-1");
  wait_until("the alert", [&] { return array_at(alerts(), "/alerts").size() == 1; });
  const std::string since = text_at(alerts(), "/alerts/0/active_since");
  write_file(directory_.file("rules.yml"), "groups: {");
  daemon_->reload();
  EXPECT_EQ(array_at(alerts(), "/alerts").size(), 1U);
  EXPECT_NE(daemon_->log().find("rules.yml:1"), std::string::npos);
  write_file(directory_.file("rules.yml"),
             std::regex_replace(std::string(kRules), std::regex("> 0"), "> 0.5"));
  daemon_->reload();
  EXPECT_EQ(text_at(alerts(), "/alerts/0/active_since"), since) << "an alert that goes on";
}

class AlertingIntoTheVoid : public Alerting {
 protected:
  AlertingIntoTheVoid() : Alerting("http://127.0.0.1:1") {}
};

TEST_F(AlertingIntoTheVoid, TroublesNothingElse) {
  block("task-1");
  wait_until("a failure", [&] { return int_at(alerts(), "/notifications/0/failed") > 0; });
  const json::value found = alerts();
  EXPECT_EQ(int_at(found, "/notifications/0/queued") + int_at(found, "/notifications/0/dropped"),
            1);
  EXPECT_FALSE(text_at(found, "/notifications/0/last_error").empty());
  EXPECT_EQ(daemon_->get("/-/ready").status, 200);
  block("task-2");
  wait_until("a second failure", [&] { return int_at(alerts(), "/notifications/0/failed") > 1; });
  EXPECT_EQ(daemon_->log_lines("alertmanager does not take alerts; they are kept and sent again"),
            1U);
  EXPECT_EQ(daemon_->stop(), 0);
}

TEST(NoAlerting, SaysThatItIsOff) {
  TestDaemon daemon;
  const json::value found = daemon.ask("/alerts");
  EXPECT_FALSE(at(found, "/enabled").as_bool());
  EXPECT_TRUE(array_at(found, "/alerts").empty());
  EXPECT_EQ(daemon.get("/metrics").body.find("decision_replay_alert"), std::string::npos);
}

TEST(Docs, EveryAlertsRunbookUrlResolves) {
  TestDaemon daemon;
  const std::string rules = file_text(REPLAY_SOURCE_DIR "/rules/decision-replay.rules.yml");
  const std::regex url("runbook_url: http://localhost:8080(/docs/[a-z]+)#([a-z0-9-]+)");
  const HttpResponse page = daemon.get("/docs/runbook");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  std::set<std::string> anchors;
  for (std::sregex_iterator found(rules.begin(), rules.end(), url), end; found != end; ++found) {
    EXPECT_EQ((*found)[1], "/docs/runbook");
    anchors.insert((*found)[2]);
  }
  EXPECT_GT(anchors.size(), 20U);
  for (const std::string& anchor : anchors) {
    EXPECT_NE(page.body.find("id=\"" + anchor + "\""), std::string::npos) << anchor;
  }
}

TEST(Docs, LinkToEachOtherAndToNothingThatIsNotServed) {
  TestDaemon daemon;
  for (const std::string path : {"/docs/runbook", "/docs/metrics"}) {
    const HttpResponse page = daemon.get(path);
    const std::regex link("href=\"([^\"#]*)(#([^\"]*))?\"");
    for (std::sregex_iterator found(page.body.begin(), page.body.end(), link), end; found != end;
         ++found) {
      const std::string target = (*found)[1];
      if (target.starts_with("http")) continue;
      const HttpResponse there = target.empty() ? page : daemon.get(target);
      EXPECT_EQ(there.status, 200) << target;
      const std::string anchor = (*found)[3];
      if (anchor.empty()) continue;
      EXPECT_NE(there.body.find("id=\"" + anchor + "\""), std::string::npos) << target << anchor;
    }
  }
  EXPECT_NE(daemon.get("/").body.find("href=\"/docs/runbook\""), std::string::npos);
  EXPECT_NE(daemon.get("/docs/metrics").body.find("<table>"), std::string::npos);
}

}  // namespace
}  // namespace replay::testing
