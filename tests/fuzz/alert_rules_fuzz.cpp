#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "alerting/evaluate.h"
#include "alerting/evaluator.h"
#include "alerting/rule_file.h"
#include "alerting/template.h"
#include "base/error.h"

namespace {

using namespace replay::alerting;

const std::vector<Sample> kScrape{{{{"__name__", "a"}, {"x", "1"}}, 1},
                                  {{{"__name__", "a"}, {"x", "2"}}, 2},
                                  {{{"__name__", "b"}, {"x", "1"}}, std::nan("")}};

/// Any bytes are an expression: one that is not understood, with a place in it, or one that has a
/// value.
void as_expression(const std::string& text) {
  const auto parsed = parse_expression(text);
  if (const auto* problem = std::get_if<NotUnderstood>(&parsed)) {
    if (problem->at > text.size() || problem->reason.empty()) __builtin_trap();
    return;
  }
  const Expression& expression = *std::get<ExpressionPtr>(parsed);
  Needs needs;
  add_needs(expression, needs);
  History history;
  history.keep(needs);
  for (int minute = 0; minute < 3; ++minute) {
    history.add(replay::Instant{} + std::chrono::minutes{minute}, kScrape);
  }
  const Value value = evaluate(expression, history, replay::Instant{} + std::chrono::minutes{2});
  if (std::holds_alternative<double>(value) != expression.scalar) __builtin_trap();
}

void as_template(const std::string& text) {
  const auto parsed = Template::parse(text);
  if (const auto* filled = std::get_if<Template>(&parsed)) (void)filled->expand({}, 1e300);
}

/// Any bytes are a rule file: refused, or every alert of it is evaluated or named.
void as_rule_file(const std::string& text) {
  RuleSet rules;
  try {
    add_rules(rules, text, "fuzz.yml", [](std::string_view name) { return name != "up"; });
  } catch (const replay::Error&) {
    if (!rules.rules.empty() || !rules.not_evaluated.empty()) __builtin_trap();
    return;
  }
  for (const NotEvaluated& rule : rules.not_evaluated) {
    if (rule.line < 1 || rule.reason.empty()) __builtin_trap();
  }
  Evaluator evaluator(std::move(rules));
  evaluator.add(replay::Instant{}, kScrape);
  (void)evaluator.evaluate(replay::Instant{}, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  as_expression(text);
  as_template(text);
  as_rule_file(text);
  return 0;
}
