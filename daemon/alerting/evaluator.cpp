#include "alerting/evaluator.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "alerting/evaluate.h"
#include "base/error.h"

namespace replay::alerting {
namespace {

bool is_same(const AlertRule& a, const AlertRule& b) {
  return a.group == b.group && a.name == b.name && a.written_labels == b.written_labels;
}

/// A number counts as one sample without labels.
Vector as_vector(Value value) {
  if (const double* const number = std::get_if<double>(&value)) return {{{}, *number}};
  return std::get<Vector>(std::move(value));
}

}  // namespace

void Evaluator::use(RuleSet set) {
  std::vector<Rule> before = std::exchange(rules_, {});
  Needs needs;
  for (AlertRule& rule : set.rules) {
    add_needs(*rule.expression, needs);
    const auto known = std::ranges::find_if(
        before, [&](const Rule& candidate) { return is_same(candidate.rule, rule); });
    RuleState state;
    if (known != before.end()) {
      state = std::move(known->state);
      before.erase(known);
    }
    rules_.push_back({std::move(rule), std::move(state)});
  }
  not_evaluated_ = std::move(set.not_evaluated);
  history_.keep(needs);
}

Evaluator::Outcome Evaluator::evaluate(Instant now, const Sending& sending) {
  Outcome outcome;
  for (Rule& each : rules_) {
    try {
      const Vector result = as_vector(alerting::evaluate(*each.rule.expression, history_, now));
      each.state.update(each.rule, result, now);
    } catch (const Error& error) {
      outcome.failures.push_back({each.rule.name, error.what()});
      continue;
    }
    std::ranges::move(each.state.due(now, sending.resend, sending.valid_for),
                      std::back_inserter(outcome.due));
  }
  return outcome;
}

}  // namespace replay::alerting
