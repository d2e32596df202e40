#include "alerting/evaluate.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace replay::alerting {
namespace {

struct Evaluation {
  const History& history;
  Instant now;

  Value operator()(const Number& number) const { return number.value; }

  /// Prometheus' instants are milliseconds.
  Value operator()(const Time& /*time*/) const {
    return to_seconds(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch());
  }

  Value operator()(const Selector& selector) const {
    Vector result;
    for (const History::Series* series : history.select(selector)) {
      if (const auto value = series->at(now)) result.push_back({series->labels, *value});
    }
    return result;
  }

  Value operator()(const RangeCall& call) const {
    Vector result;
    const Instant from = now - call.range;
    for (const History::Series* series : history.select(call.selector)) {
      std::vector<History::Point> points;
      std::ranges::copy_if(series->points, std::back_inserter(points),
                           [&](const History::Point& p) { return p.at >= from && p.at <= now; });
      if (const auto value = over_range(call.function, points, from, now)) {
        result.push_back({without_name(series->labels), *value});
      }
    }
    return result;
  }

  Value operator()(const Aggregation& aggregation) const {
    return aggregated(aggregation, std::get<Vector>(evaluate(*aggregation.of, history, now)));
  }

  Value operator()(const Negation& negation) const {
    Value value = evaluate(*negation.of, history, now);
    if (double* const number = std::get_if<double>(&value)) return -*number;
    Vector result;
    for (Sample& sample : std::get<Vector>(value)) {
      result.push_back({without_name(std::move(sample.labels)), -sample.value});
    }
    return result;
  }

  Value operator()(const Binary& binary) const {
    const Value left = evaluate(*binary.left, history, now);
    const Value right = evaluate(*binary.right, history, now);
    return std::visit([&](const auto& a, const auto& b) { return both(binary.op, a, b); }, left,
                      right);
  }

  /// REQUIRES: no comparison; the parser refuses those between numbers.
  static Value both(Binary::Operator op, double left, double right) {
    return combined(op, left, right).value_or(0);
  }
  template <class Left, class Right>
  static Value both(Binary::Operator op, const Left& left, const Right& right) {
    return combined(op, left, right);
  }
};

}  // namespace

Value evaluate(const Expression& expression, const History& history, Instant now) {
  return std::visit(Evaluation{history, now}, expression.node);
}

}  // namespace replay::alerting
