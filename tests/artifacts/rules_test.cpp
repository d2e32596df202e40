#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace replay::testing {
namespace {

constexpr auto kRulesFile = REPLAY_SOURCE_DIR "/rules/decision-replay.rules.yml";
constexpr auto kTestsFolder = REPLAY_SOURCE_DIR "/rules/tests";

std::string file_text(const std::string& path) {
  const std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Alert {
  std::string name;
  std::string severity;
  std::string expression;
  std::string hold;  ///< `for`
  std::map<std::string, std::string> annotations;

  std::string id() const { return name + ", " + severity; }
};

std::vector<Alert> alerts() {
  std::vector<Alert> found;
  for (const YAML::Node& group : YAML::LoadFile(kRulesFile)["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (!rule["alert"]) continue;
      found.push_back({rule["alert"].as<std::string>(),
                       rule["labels"]["severity"].as<std::string>(""),
                       rule["expr"].as<std::string>(), rule["for"].as<std::string>(""),
                       rule["annotations"].as<std::map<std::string, std::string>>()});
    }
  }
  return found;
}

std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
    found.push_back(match->str(match->size() > 1 ? 1 : 0));
  }
  return found;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

/// As GitHub makes it from a heading: lower case, blanks to hyphens, punctuation gone.
std::string anchor(const std::string& heading) {
  std::string slug;
  for (const char letter : lower(heading)) {
    if (letter == ' ') slug += '-';
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_') {
      slug += letter;
    }
  }
  return slug;
}

std::set<std::string> runbook_anchors() {
  std::set<std::string> anchors;
  std::istringstream lines(file_text(REPLAY_SOURCE_DIR "/docs/runbook.md"));
  bool in_code = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("```") != std::string::npos) in_code = !in_code;
    const std::size_t text = line.find_first_not_of('#');
    if (!in_code && text != 0 && text != std::string::npos && line[text] == ' ') {
      anchors.insert(anchor(line.substr(text + 1)));
    }
  }
  return anchors;
}

/// The expression without label matchers and ranges, in which any word may stand.
std::string bare(const std::string& expression) {
  return std::regex_replace(expression, std::regex(R"re(\{[^}]*\}|\[[^\]]*\])re"), "");
}

TEST(AlertRules, ThresholdsAreTheContracts) {
  const std::set<std::vector<std::string>> contract = {
      {"HighDecisionLag", "warning", "decision_lag_p95_seconds > 1", "5m"},
      {"HighDecisionLag", "critical", "decision_lag_p95_seconds > 5", "5m"},
      {"ManyBlockedTasks", "warning", "blocked_tasks_count > 10", "10m"},
      {"ManyBlockedTasks", "critical", "blocked_tasks_count > 50", "10m"},
      {"SlowTraceAPI", "warning", "decision_trace_api_p95_ms > 500", "5m"},
      {"SlowTraceAPI", "critical", "decision_trace_api_p95_ms > 1000", "5m"}};
  std::set<std::vector<std::string>> rules;
  for (const Alert& alert : alerts()) {
    if (alert.name.starts_with("DecisionReplay")) continue;
    rules.insert({alert.name, alert.severity, alert.expression, alert.hold});
  }
  EXPECT_EQ(rules, contract);
}

TEST(AlertRules, EachHasASeverityThatIsRouted) {
  const std::set<std::string> severities = {"critical", "warning", "info"};
  std::set<std::string> seen;
  for (const Alert& alert : alerts()) {
    EXPECT_TRUE(severities.contains(alert.severity)) << alert.id();
    EXPECT_TRUE(seen.insert(alert.id()).second) << alert.id() << " is there twice";
  }
}

TEST(AlertRules, SummariesAreOneSentenceAndTheSameForEachSeverity) {
  std::map<std::string, std::string> by_name;
  for (const Alert& alert : alerts()) {
    const std::string& summary = alert.annotations.at("summary");
    EXPECT_TRUE(std::regex_match(summary, std::regex(R"([A-Z][^.{]*\.)"))) << alert.id();
    EXPECT_EQ(by_name.emplace(alert.name, summary).first->second, summary) << alert.id();
  }
}

TEST(AlertRules, DescriptionsSayWhatIsMeasuredInFewKindsOfTemplates) {
  const std::regex known(
      R"re(\{\{ (\$labels\.(instance|job|table|kind|collector)|)re"
      R"re(\$value \| (humanize|humanizeDuration|humanizePercentage|printf "%\.0f")) \}\})re");
  for (const Alert& alert : alerts()) {
    const std::string& description = alert.annotations.at("description");
    EXPECT_TRUE(description.ends_with('.')) << alert.id();
    const auto templates = all_matches(description, R"(\{\{[^]*?\}\})");
    EXPECT_FALSE(templates.empty()) << alert.id();
    for (const std::string& used : templates) {
      EXPECT_TRUE(std::regex_match(used, known)) << alert.id() << ": " << used;
    }
  }
}

TEST(AlertRules, RunbookLinksLandOnASectionOfTheAlertsName) {
  const std::set<std::string> anchors = runbook_anchors();
  for (const Alert& alert : alerts()) {
    const std::string section = lower(alert.name);
    EXPECT_EQ(alert.annotations.at("runbook_url"), "http://localhost:8080/docs/runbook#" + section)
        << alert.id();
    EXPECT_TRUE(anchors.contains(section)) << "docs/runbook.md has no section " << alert.name;
  }
}

TEST(AlertRules, ExpressionsAreWhatTheDaemonEvaluatesItself) {
  const std::set<std::string> functions = {
      "rate",  "increase", "max_over_time", "min_over_time", "time", "sum",   "max", "min",
      "count", "by",       "without",       "and",           "or",   "unless"};
  for (const Alert& alert : alerts()) {
    if (alert.name == "DecisionReplayAbsent") continue;  // Prometheus' own, as the file says
    const std::string expression = bare(alert.expression);
    for (const std::string& called : all_matches(expression, R"((\w+)\s*\()")) {
      EXPECT_TRUE(functions.contains(called)) << alert.id() << " uses " << called;
    }
    EXPECT_TRUE(
        all_matches(expression, R"(\b(bool|offset|on|ignoring|group_left|group_right)\b)").empty())
        << alert.id();
    EXPECT_EQ(expression.find_first_of(":@"), std::string::npos)
        << alert.id() << " uses a recording rule";
    EXPECT_TRUE(all_matches(alert.expression, R"(\[[^\]]*:)").empty())
        << alert.id() << " has a subquery";
  }
}

TEST(AlertRules, MetricsAreDocumented) {
  const std::string documented = file_text(REPLAY_SOURCE_DIR "/docs/metrics.md");
  for (const Alert& alert : alerts()) {
    for (const std::string& metric :
         all_matches(bare(alert.expression), R"(\b(decision_\w+|blocked_tasks_count)\b)")) {
      // Alerts for what is not built yet are silent: a metric that is not there matches nothing.
      if (metric.starts_with("decision_replay_backup_")) continue;
      EXPECT_NE(documented.find("`" + metric + "`"), std::string::npos)
          << alert.id() << ": " << metric;
    }
  }
}

TEST(AlertRules, EachSeverityIsTestedFiringSilentAndPending) {
  std::set<std::string> silent;
  std::set<std::string> firing;
  std::string expressions;
  for (const auto& file : std::filesystem::directory_iterator(kTestsFolder)) {
    for (const YAML::Node& test : YAML::LoadFile(file.path())["tests"]) {
      for (const YAML::Node& check : test["alert_rule_test"]) {
        const auto name = check["alertname"].as<std::string>();
        if (check["exp_alerts"].size() == 0) silent.insert(name);
        for (const YAML::Node& alert : check["exp_alerts"]) {
          firing.insert(name + ", " + alert["exp_labels"]["severity"].as<std::string>());
        }
      }
      for (const YAML::Node& check : test["promql_expr_test"]) {
        expressions += check["expr"].as<std::string>() + "\n";
      }
    }
  }
  for (const Alert& alert : alerts()) {
    EXPECT_TRUE(firing.contains(alert.id())) << alert.id();
    EXPECT_TRUE(silent.contains(alert.name)) << alert.id();
    const std::string pending = R"(ALERTS{alertname=")" + alert.name + R"(", severity=")" +
                                alert.severity + R"(", alertstate="pending"})";
    EXPECT_TRUE(alert.hold.empty() || expressions.find(pending) != std::string::npos) << alert.id();
  }
}

TEST(RecordingRules, EachIsTested) {
  const std::string tests = file_text(std::string(kTestsFolder) + "/recording.yml");
  for (const YAML::Node& group : YAML::LoadFile(kRulesFile)["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (!rule["record"]) continue;
      const auto name = rule["record"].as<std::string>();
      EXPECT_NE(tests.find("expr: " + name + "\n"), std::string::npos) << name;
    }
  }
}

TEST(RecordingRules, OneSaysTheVersionThatTheFileHas) {
  const std::string text = file_text(kRulesFile);
  const auto version = all_matches(text, R"(^# version: (\S+)\n)");
  ASSERT_EQ(version.size(), 1U);
  for (const YAML::Node& group : YAML::LoadFile(kRulesFile)["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (rule["record"].as<std::string>("") != "decision_replay:rules_info") continue;
      EXPECT_EQ(rule["labels"]["version"].as<std::string>(), version.front());
      return;
    }
  }
  FAIL() << "no rule records decision_replay:rules_info";
}

}  // namespace
}  // namespace replay::testing
