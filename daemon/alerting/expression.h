#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "alerting/lexer.h"
#include "base/time.h"

namespace re2 {
class RE2;
}

namespace replay::alerting {

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

/// One condition on a label; a missing label is "".
struct Matcher {
  enum class Operator { equal, not_equal, matches, matches_not };

  std::string label;
  Operator op = Operator::equal;
  std::string value;
  std::shared_ptr<const re2::RE2> pattern;  ///< of the last two; the whole label must match

  [[nodiscard]] bool accepts(std::string_view label_value) const;
};

struct Number {
  double value = 0;
};
/// `time()`
struct Time {};
/// `metric{label="value"}`
struct Selector {
  std::string metric;
  std::vector<Matcher> matchers;
};
/// `rate(selector[5m])`
struct RangeCall {
  enum class Function { rate, increase, max_over_time, min_over_time };

  Function function = Function::rate;
  Selector selector;
  Duration range{};
};
/// `sum without (label) (…)`; `sum(…)` is `sum by () (…)`
struct Aggregation {
  enum class Operator { sum, max, min, count };

  Operator op = Operator::sum;
  bool without = false;
  std::set<std::string, std::less<>> labels;
  ExpressionPtr of;
};
struct Negation {
  ExpressionPtr of;
};
struct Binary {
  enum class Operator {
    add,
    subtract,
    multiply,
    divide,
    equal,
    not_equal,
    greater,
    less,
    greater_or_equal,
    less_or_equal,
    both,    ///< and
    either,  ///< or
    unless
  };

  Operator op = Operator::add;
  ExpressionPtr left;
  ExpressionPtr right;
};

/// The part of PromQL that the daemon evaluates itself, parsed: a value, immutable.
///
/// Selectors with a metric's name and matchers, numbers, + - * /, comparisons that filter,
/// and/or/unless over equal labels, time(), rate, increase, max_over_time and min_over_time of a
/// selector, and sum, max, min, count with by or without.
struct Expression {
  std::variant<Number, Time, Selector, RangeCall, Aggregation, Negation, Binary> node;
  bool scalar = false;  ///< one number rather than a vector
};

[[nodiscard]] constexpr bool is_comparison(Binary::Operator op) {
  return op >= Binary::Operator::equal && op <= Binary::Operator::less_or_equal;
}
[[nodiscard]] constexpr bool is_set_operator(Binary::Operator op) {
  return op >= Binary::Operator::both;
}

/// Reads an expression. What is PromQL but not evaluated here is not understood either, and the
/// reason says which part. REQUIRES nothing of `text`: any bytes.
[[nodiscard]] std::variant<ExpressionPtr, NotUnderstood> parse_expression(std::string_view text);

/// What an expression reads: its metrics' names, and the longest range it looks back over.
struct Needs {
  std::set<std::string, std::less<>> metrics;
  Duration range{};
};
void add_needs(const Expression& expression, Needs& needs);

}  // namespace replay::alerting
