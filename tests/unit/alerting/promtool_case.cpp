#include "promtool_case.h"

#include <sstream>
#include <stdexcept>
#include <variant>

#include <yaml-cpp/yaml.h>

#include "alerting/duration.h"
#include "alerting/expression.h"

namespace replay::testing {
namespace {

using alerting::parse_expression;

Duration length(const YAML::Node& node, Duration otherwise) {
  if (!node) return otherwise;
  const auto parsed = alerting::parse_prometheus_duration(node.Scalar());
  if (!parsed) throw std::runtime_error("no duration: " + node.Scalar());
  return *parsed;
}

double number(std::string_view text) { return std::stod(std::string(text)); }

/// `metric{label="value"}` is a selector too.
alerting::Labels series_labels(const std::string& text) {
  const auto parsed = parse_expression(text);
  const auto* const expression = std::get_if<alerting::ExpressionPtr>(&parsed);
  if (expression == nullptr) throw std::runtime_error("no series: " + text);
  const auto& selector = std::get<alerting::Selector>((*expression)->node);
  alerting::Labels labels{{std::string(alerting::kMetricName), selector.metric}};
  for (const alerting::Matcher& matcher : selector.matchers) labels[matcher.label] = matcher.value;
  return labels;
}

std::map<std::string, std::string> texts(const YAML::Node& node) {
  std::map<std::string, std::string> found;
  for (const auto& entry : node) found[entry.first.Scalar()] = entry.second.Scalar();
  return found;
}

AlertCheck check(const YAML::Node& node) {
  AlertCheck result{length(node["eval_time"], {}), node["alertname"].Scalar(), {}};
  for (const auto& alert : node["exp_alerts"]) {
    ExpectedAlert expected{{}, texts(alert["exp_annotations"])};
    for (const auto& [name, value] : texts(alert["exp_labels"])) expected.labels[name] = value;
    expected.labels["alertname"] = result.alert;
    result.expected.push_back(std::move(expected));
  }
  return result;
}

}  // namespace

std::vector<std::optional<double>> series_values(std::string_view notation) {
  std::vector<std::optional<double>> values;
  std::istringstream words{std::string(notation)};
  for (std::string word; words >> word;) {
    if (word == "stale") {
      values.emplace_back();
      continue;
    }
    std::size_t count = 0;
    if (const std::size_t times = word.rfind('x'); times != std::string::npos) {
      count = std::stoul(word.substr(times + 1));
      word.resize(times);
      if (word == "_") values.resize(values.size() + count);
      if (word == "_") continue;
    } else if (word == "_") {
      values.emplace_back();
      continue;
    }
    const std::size_t step_at = word.find_first_of("+-", 1);
    const bool steps = step_at != std::string::npos && word[step_at - 1] != 'e';
    const double step = steps ? number(std::string_view(word).substr(step_at)) : 0;
    double value = number(word.substr(0, steps ? step_at : std::string::npos));
    // As promtool: the value and so many more.
    for (std::size_t i = 0; i <= count; ++i, value += step) values.emplace_back(value);
  }
  return values;
}

std::vector<PromtoolCase> promtool_cases(const std::filesystem::path& file) {
  const YAML::Node root = YAML::LoadFile(file.string());
  std::vector<PromtoolCase> cases;
  for (const auto& test : root["tests"]) {
    const Duration evaluation = length(root["evaluation_interval"], std::chrono::minutes{1});
    PromtoolCase one{.name = test["name"] ? test["name"].Scalar() : "",
                     .interval = length(test["interval"], evaluation),
                     .evaluation_interval = evaluation,
                     .series = {},
                     .checks = {}};
    for (const auto& series : test["input_series"]) {
      one.series.push_back(
          {series_labels(series["series"].Scalar()), series_values(series["values"].Scalar())});
    }
    for (const auto& node : test["alert_rule_test"]) one.checks.push_back(check(node));
    cases.push_back(std::move(one));
  }
  return cases;
}

}  // namespace replay::testing
