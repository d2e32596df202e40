#include "alerting/rule_file.h"

#include <algorithm>
#include <exception>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "alerting/duration.h"
#include "base/error.h"
#include "base/yaml_document.h"

namespace replay::alerting {
namespace {

/// A rule file's values with the place where they stand.
class File {
 public:
  explicit File(const std::string& name) : name_(name) {}

  [[noreturn]] void refuse(int line, const std::string& mistake) const {
    throw Error(ErrorKind::malformed, name_ + ":" + std::to_string(line) + ": " + mistake);
  }
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& mistake) const {
    refuse(mark.line + 1, mistake);
  }

  void check_map(const YAML::Node& node, const std::string& what,
                 std::initializer_list<std::string_view> keys) const {
    if (!node.IsMap()) refuse(node.Mark(), what + " is a map.");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() || std::ranges::find(keys, entry.first.Scalar()) == keys.end()) {
        refuse(entry.first.Mark(), what + " has no such key.");
      }
    }
  }

  [[nodiscard]] std::string text(const YAML::Node& map, const char* key) const {
    const YAML::Node value = map[key];
    if (!value || !value.IsScalar() || value.Scalar().empty()) {
      refuse(value ? value.Mark() : map.Mark(), std::string(key) + " must be a text.");
    }
    return value.Scalar();
  }

  [[nodiscard]] Duration length(const YAML::Node& map, const char* key) const {
    const YAML::Node value = map[key];
    if (!value) return Duration::zero();
    const auto length = value.IsScalar() ? parse_prometheus_duration(value.Scalar()) : std::nullopt;
    if (!length) refuse(value.Mark(), std::string(key) + " must be a duration, like 5m.");
    return *length;
  }

  [[nodiscard]] std::map<std::string, std::string> texts(const YAML::Node& map,
                                                         const char* key) const {
    std::map<std::string, std::string> found;
    const YAML::Node values = map[key];
    if (!values || values.IsNull()) return found;
    if (!values.IsMap()) refuse(values.Mark(), std::string(key) + " must be a map of texts.");
    for (const auto& entry : values) {
      if (!entry.first.IsScalar() || !(entry.second.IsScalar() || entry.second.IsNull())) {
        refuse(entry.first.Mark(), std::string(key) + " must be a map of texts.");
      }
      found[entry.first.Scalar()] = entry.second.IsNull() ? "" : entry.second.Scalar();
    }
    return found;
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const std::string& name_;
};

/// The templates of a rule's labels or annotations; the first that is not understood is thrown as a
/// sentence.
std::map<std::string, Template> templates(const std::map<std::string, std::string>& texts,
                                          const char* what) {
  std::map<std::string, Template> parsed;
  for (const auto& [name, text] : texts) {
    auto result = Template::parse(text);
    if (const auto* problem = std::get_if<NotUnderstood>(&result)) {
      throw NotUnderstood{problem->at, std::string(what) + " " + name + ": " + problem->reason};
    }
    parsed.emplace(name, std::get<Template>(std::move(result)));
  }
  return parsed;
}

ExpressionPtr expression(const std::string& text, const IsOwnMetric& is_own_metric) {
  auto result = parse_expression(text);
  if (auto* problem = std::get_if<NotUnderstood>(&result)) throw std::move(*problem);
  auto parsed = std::get<ExpressionPtr>(std::move(result));
  Needs needs;
  add_needs(*parsed, needs);
  for (const std::string& metric : needs.metrics) {
    if (!is_own_metric(metric)) {
      throw NotUnderstood{text.find(metric), metric + " is not a metric of this daemon"};
    }
  }
  return parsed;
}

void add_alert(RuleSet& set, const File& file, const YAML::Node& node, const std::string& group,
               const IsOwnMetric& is_own_metric) {
  AlertRule rule{
      .name = file.text(node, "alert"),
      .group = group,
      .expression_text = file.text(node, "expr"),
      .expression = nullptr,
      .pending_for = file.length(node, "for"),
      .keep_firing_for = file.length(node, "keep_firing_for"),
      .labels = {},
      .annotations = {},
      .written_labels = file.texts(node, "labels"),
  };
  const auto annotations = file.texts(node, "annotations");
  try {
    rule.expression = expression(rule.expression_text, is_own_metric);
    rule.labels = templates(rule.written_labels, "label");
    rule.annotations = templates(annotations, "annotation");
  } catch (const NotUnderstood& problem) {
    set.not_evaluated.push_back({file.name(), node.Mark().line + 1, rule.name, rule.expression_text,
                                 problem.reason + " (at " + std::to_string(problem.at + 1) + ")."});
    return;
  }
  set.rules.push_back(std::move(rule));
}

void read_group(RuleSet& set, const File& file, const YAML::Node& group,
                const IsOwnMetric& is_own_metric) {
  file.check_map(group, "A group", {"name", "interval", "limit", "rules"});
  const std::string name = file.text(group, "name");
  const YAML::Node rules = group["rules"];
  if (!rules || rules.IsNull()) return;
  if (!rules.IsSequence()) file.refuse(rules.Mark(), "rules must be a list.");
  for (const YAML::Node& rule : rules) {
    file.check_map(rule, "A rule",
                   {"alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"});
    if (rule["record"] && !rule["alert"]) {
      (void)file.text(rule, "record");
      (void)file.text(rule, "expr");
      continue;
    }
    if (rule["record"]) file.refuse(rule.Mark(), "A rule is either an alert or a record.");
    add_alert(set, file, rule, name, is_own_metric);
  }
}

YAML::Node document(const std::string& yaml, const File& file) {
  try {
    if (const auto second = second_yaml_document(yaml)) {
      file.refuse(second->line, "The document ends before this; a file holds one.");
    }
    return YAML::Load(yaml);
  } catch (const YAML::Exception& problem) {
    file.refuse(problem.mark, "This is not YAML: " + problem.msg + ".");
  }
}

}  // namespace

void add_rules(RuleSet& set, std::string_view yaml, const std::string& file_name,
               const IsOwnMetric& is_own_metric) {
  const File file(file_name);
  const YAML::Node root = document(std::string(yaml), file);
  file.check_map(root, "A rule file", {"groups"});
  const YAML::Node groups = root["groups"];
  if (!groups || !groups.IsSequence()) file.refuse(root.Mark(), "groups must be a list.");
  RuleSet read;
  for (const YAML::Node& group : groups) read_group(read, file, group, is_own_metric);
  std::ranges::move(read.rules, std::back_inserter(set.rules));
  std::ranges::move(read.not_evaluated, std::back_inserter(set.not_evaluated));
}

}  // namespace replay::alerting
