#include "alerting/expression.h"

#include <algorithm>

#include <re2/re2.h>

namespace replay::alerting {

bool Matcher::accepts(std::string_view label_value) const {
  switch (op) {
    case Operator::equal:
      return label_value == value;
    case Operator::not_equal:
      return label_value != value;
    case Operator::matches:
      return RE2::FullMatch(re2::StringPiece(label_value.data(), label_value.size()), *pattern);
    case Operator::matches_not:
      return !RE2::FullMatch(re2::StringPiece(label_value.data(), label_value.size()), *pattern);
  }
  return false;
}

void add_needs(const Expression& expression, Needs& needs) {
  struct Visitor {
    Needs& needs;

    void operator()(const Number& /*number*/) const {}
    void operator()(const Time& /*time*/) const {}
    void operator()(const Selector& selector) const { needs.metrics.insert(selector.metric); }
    void operator()(const RangeCall& call) const {
      needs.metrics.insert(call.selector.metric);
      needs.range = std::max(needs.range, call.range);
    }
    void operator()(const Aggregation& aggregation) const { add_needs(*aggregation.of, needs); }
    void operator()(const Negation& negation) const { add_needs(*negation.of, needs); }
    void operator()(const Binary& binary) const {
      add_needs(*binary.left, needs);
      add_needs(*binary.right, needs);
    }
  };
  std::visit(Visitor{needs}, expression.node);
}

}  // namespace replay::alerting
