#include "policy/case_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "model/decision.h"
#include "policy/loader_fields.h"
#include "policy/loader_yaml.h"

namespace replay::policy {
namespace {

struct Case {
  int line = 0;
  std::string name;
  Event event;
  DecisionInputs inputs;
  Instant at;
  DecisionType decision = DecisionType::allow;
  std::vector<std::string> codes;
  std::vector<std::string> suppressed;
};

class CaseReader {
 public:
  CaseReader(Reporter& reporter, Instant now) : reporter_(reporter), now_(now) {}

  std::vector<Case> read(const YamlNode& root) {
    const Fields fields(root, "A case file", {"cases"}, reporter_);
    const YamlNode* list = fields.required("cases");
    if (list == nullptr) return {};
    if (list->kind != YamlNode::Kind::sequence || list->items.empty()) {
      reporter_.error(*list, "\"cases\" is a list of cases, not " + describe(*list) + ".");
    }
    std::vector<Case> cases;
    cases.reserve(list->items.size());
    for (const YamlNode& item : list->items) cases.push_back(one(item));
    return cases;
  }

 private:
  Case one(const YamlNode& node) {
    const Fields fields(node, "A case",
                        {"name", "event", "retry_count", "at", "decision", "codes", "suppressed"},
                        reporter_);
    Case result;
    result.line = node.line;
    result.at = now_;
    if (fields.optional("name") != nullptr) result.name = fields.text("name").value_or("");
    if (const YamlNode* event = fields.required("event")) result.event = event_of(*event);
    if (const YamlNode* count = fields.optional("retry_count")) {
      result.inputs.retry_count = count_of(*count, "\"retry_count\"", reporter_).value_or(0);
    }
    if (const YamlNode* at = fields.optional("at")) set_time(*at, result.at);
    if (const auto decision = fields.text("decision")) {
      const auto type = parse_decision_type(*decision);
      if (!type) {
        reporter_.error(*fields.optional("decision"),
                        "\"" + *decision + "\" is none of ALLOW, PAUSE, BLOCK or RETRY.");
      }
      result.decision = type.value_or(DecisionType::allow);
    }
    result.codes = codes_of(fields.optional("codes"), "\"codes\"");
    result.suppressed = codes_of(fields.optional("suppressed"), "\"suppressed\"");
    return result;
  }

  Event event_of(const YamlNode& node) {
    const Fields fields(node, "An event", {"event_type", "task_id", "payload"}, reporter_);
    Event event;
    event.id = EventId("case");
    event.ts = now_;
    event.type = fields.text("event_type").value_or("");
    event.task = TaskId("task-1");
    if (fields.optional("task_id") != nullptr)
      event.task = TaskId(fields.text("task_id").value_or(""));
    const YamlNode* payload = fields.optional("payload");
    event.payload = payload == nullptr ? "{}" : json::serialize(to_json(*payload));
    return event;
  }

  void set_time(const YamlNode& node, Instant& at) {
    if (const auto time = parse_instant(node.text)) {
      at = *time;
    } else {
      reporter_.error(node,
                      "\"at\" is a time like 2027-01-01T00:00:00Z, not " + describe(node) + ".");
    }
  }

  /// In order, to be compared; none at all is a fair expectation.
  std::vector<std::string> codes_of(const YamlNode* node, std::string_view what) {
    const bool none =
        node == nullptr || (node->kind == YamlNode::Kind::sequence && node->items.empty());
    if (none) return {};
    std::vector<std::string> codes = texts_of(*node, what, reporter_);
    std::ranges::sort(codes);
    return codes;
  }

  Reporter& reporter_;
  Instant now_;
};

std::string list(const std::vector<std::string>& codes) {
  std::string text;
  for (const std::string& code : codes) text += (text.empty() ? "" : ", ") + code;
  return "[" + text + "]";
}

std::string outcome(std::string_view decision, const std::vector<std::string>& codes,
                    const std::vector<std::string>& suppressed) {
  std::string text = std::string(decision) + " " + list(codes);
  if (!suppressed.empty()) text += " suppressed " + list(suppressed);
  return text;
}

/// Empty where the case is decided as expected.
std::string difference(const Engine& engine, const Case& expected) {
  std::string decided;
  std::string reason;
  try {
    const Decision decision = engine.decide(expected.event, expected.inputs, expected.at);
    std::vector<std::string> codes;
    std::vector<std::string> suppressed;
    for (const Finding& finding : decision.findings) {
      (finding.suppressed_by.empty() ? codes : suppressed).push_back(finding.code);
    }
    std::ranges::sort(codes);
    std::ranges::sort(suppressed);
    decided = outcome(to_string(decision.type), codes, suppressed);
    reason = decision.reason;
  } catch (const Error& error) {
    decided = "an error";
    reason = error.what();
  }
  const std::string wanted =
      outcome(to_string(expected.decision), expected.codes, expected.suppressed);
  if (decided == wanted) return {};
  return "expected " + wanted + "\n    decided  " + decided + "\n    because  " + reason +
         "\n    event    " + expected.event.type + " " + expected.event.payload;
}

}  // namespace

CaseReport run_cases(const Engine& engine, const Source& file, Instant now) {
  CaseReport report;
  Reporter reporter(file.name, report.mistakes);
  const auto root = parse_yaml(file.text, reporter);
  if (!root) return report;
  const std::vector<Case> cases = CaseReader(reporter, now).read(*root);
  if (!report.mistakes.empty()) return report;
  report.cases = cases.size();
  for (const Case& one : cases) {
    const std::string found = difference(engine, one);
    if (found.empty()) continue;
    const std::string name = one.name.empty() ? "" : " " + one.name + ":";
    report.differences.push_back(file.name + ":" + std::to_string(one.line) + ":" + name + " " +
                                 found);
  }
  return report;
}

}  // namespace replay::policy
