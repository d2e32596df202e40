#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <re2/re2.h>

#include "alerting/duration.h"
#include "alerting/expression.h"
#include "alerting/sample.h"

namespace replay::alerting {
namespace {

using enum Binary::Operator;

/// Bounds the stack that parsing, evaluating and destroying need.
constexpr std::size_t kMostParts = 500;

struct OperatorName {
  std::string_view name;
  Binary::Operator op;
  int strength;
};

constexpr std::array kOperators{
    OperatorName{"or", either, 1},        OperatorName{"and", both, 2},
    OperatorName{"unless", unless, 2},    OperatorName{"==", equal, 3},
    OperatorName{"!=", not_equal, 3},     OperatorName{">", greater, 3},
    OperatorName{"<", less, 3},           OperatorName{">=", greater_or_equal, 3},
    OperatorName{"<=", less_or_equal, 3}, OperatorName{"+", add, 4},
    OperatorName{"-", subtract, 4},       OperatorName{"*", multiply, 5},
    OperatorName{"/", divide, 5},
};

constexpr std::array kRangeFunctions{
    std::pair{std::string_view("rate"), RangeCall::Function::rate},
    std::pair{std::string_view("increase"), RangeCall::Function::increase},
    std::pair{std::string_view("max_over_time"), RangeCall::Function::max_over_time},
    std::pair{std::string_view("min_over_time"), RangeCall::Function::min_over_time},
};

constexpr std::array kAggregations{
    std::pair{std::string_view("sum"), Aggregation::Operator::sum},
    std::pair{std::string_view("max"), Aggregation::Operator::max},
    std::pair{std::string_view("min"), Aggregation::Operator::min},
    std::pair{std::string_view("count"), Aggregation::Operator::count},
};

/// Words of PromQL that cannot be a metric's name, and are not evaluated.
constexpr std::array<std::string_view, 17> kOtherWords{
    "offset", "bool",         "on",       "ignoring", "group_left", "group_right",
    "atan2",  "avg",          "group",    "stddev",   "stdvar",     "bottomk",
    "topk",   "count_values", "quantile", "by",       "without"};

constexpr std::array kMatchers{
    std::pair{std::string_view("="), Matcher::Operator::equal},
    std::pair{std::string_view("!="), Matcher::Operator::not_equal},
    std::pair{std::string_view("=~"), Matcher::Operator::matches},
    std::pair{std::string_view("!~"), Matcher::Operator::matches_not},
};

template <class Table>
auto meaning(const Table& table, std::string_view name)
    -> std::optional<decltype(table.front().second)> {
  for (const auto& [known, value] : table) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::optional<double> number(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t whole = 0;
    text.remove_prefix(2);
    const auto [stopped, error] =
        std::from_chars(text.data(), text.data() + text.size(), whole, 16);
    if (error != std::errc{} || stopped != text.data() + text.size()) return std::nullopt;
    return static_cast<double>(whole);
  }
  double value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stopped != text.data() + text.size()) return std::nullopt;
  return value;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens(text)) {}

  ExpressionPtr whole() {
    ExpressionPtr result = binary(1);
    if (peek().kind != Token::Kind::end) refuse(peek().value + " is not expected here");
    return result;
  }

 private:
  [[nodiscard]] const Token& peek() const { return tokens_[next_]; }
  Token take() { return peek().kind == Token::Kind::end ? peek() : tokens_[next_++]; }

  [[noreturn]] void refuse(const std::string& reason) const {
    throw NotUnderstood{peek().at, reason};
  }

  [[nodiscard]] bool at_symbol(std::string_view symbol) const {
    return peek().kind == Token::Kind::symbol && peek().value == symbol;
  }

  [[nodiscard]] bool at_word(std::string_view word) const {
    return peek().kind == Token::Kind::name && lower(peek().value) == word;
  }

  /// Whether the name here is a function's. REQUIRES: a name is here, so that a token follows.
  [[nodiscard]] bool calls() const {
    const Token& after = tokens_[next_ + 1];
    return after.kind == Token::Kind::symbol && after.value == "(";
  }

  void expect(std::string_view symbol) {
    if (!at_symbol(symbol)) refuse(std::string(symbol) + " is missing before " + peek().value);
    take();
  }

  /// Each part of the tree is made here.
  ExpressionPtr made(Expression expression) {
    if (++parts_ > kMostParts) refuse("the expression is too long to be evaluated");
    return std::make_unique<const Expression>(std::move(expression));
  }

  [[nodiscard]] const OperatorName* at_operator() const {
    if (peek().kind != Token::Kind::symbol && peek().kind != Token::Kind::name) return nullptr;
    const auto* const found =
        std::ranges::find(kOperators, lower(peek().value), &OperatorName::name);
    return found == kOperators.end() ? nullptr : found;
  }

  /// Operators of at least that strength, stronger ones first, equal ones from the left.
  ExpressionPtr binary(int strength) {
    ExpressionPtr left = unary();
    for (const OperatorName* found = at_operator(); found != nullptr && found->strength >= strength;
         found = at_operator()) {
      const Token token = take();
      for (const std::string_view word : {"bool", "on", "ignoring"}) {
        if (at_word(word)) refuse(std::string(word) + " is not evaluated");
      }
      ExpressionPtr right = binary(found->strength + 1);
      check_operands(*left, found->op, *right, token);
      const bool scalar = left->scalar && right->scalar;
      left = made({.node = Binary{found->op, std::move(left), std::move(right)}, .scalar = scalar});
    }
    return left;
  }

  static void check_operands(const Expression& left, Binary::Operator op, const Expression& right,
                             const Token& token) {
    if (is_set_operator(op) && (left.scalar || right.scalar)) {
      throw NotUnderstood{token.at, token.value + " is between vectors, not numbers"};
    }
    if (is_comparison(op) && left.scalar && right.scalar) {
      throw NotUnderstood{token.at,
                          token.value + " between two numbers needs bool, which is not evaluated"};
    }
  }

  ExpressionPtr unary() {
    if (++depth_ > kMostParts) refuse("the expression nests too deep to be evaluated");
    ExpressionPtr result;
    if (at_symbol("-")) {
      take();
      ExpressionPtr of = unary();
      const bool scalar = of->scalar;
      result = made({.node = Negation{std::move(of)}, .scalar = scalar});
    } else if (at_symbol("+")) {
      take();
      result = unary();
    } else {
      result = primary();
      refuse_what_may_follow();
    }
    --depth_;
    return result;
  }

  void refuse_what_may_follow() const {
    if (at_symbol("["))
      refuse(
          "a range is evaluated only as the argument of rate, increase, max_over_time or "
          "min_over_time");
    for (const std::string_view symbol : {"@", "^", "%"}) {
      if (at_symbol(symbol)) refuse(std::string(symbol) + " is not evaluated");
    }
    for (const std::string_view word : {"offset", "atan2"}) {
      if (at_word(word)) refuse(std::string(word) + " is not evaluated");
    }
  }

  ExpressionPtr primary() {
    if (at_symbol("(")) {
      take();
      ExpressionPtr inner = binary(1);
      expect(")");
      return inner;
    }
    if (peek().kind == Token::Kind::number) {
      const auto value = number(peek().value);
      if (!value) refuse(peek().value + " is no number");
      take();
      return made({.node = Number{*value}, .scalar = true});
    }
    if (at_symbol("{")) refuse("a selector without a metric's name is not evaluated");
    if (peek().kind == Token::Kind::text) refuse("a text is not evaluated");
    if (peek().kind != Token::Kind::name) refuse(peek().value + " is not expected here");
    return named();
  }

  ExpressionPtr named() {
    const std::string word = lower(peek().value);
    if (word == "inf" || word == "nan") {
      take();
      const double value = word == "inf" ? std::numeric_limits<double>::infinity()
                                         : std::numeric_limits<double>::quiet_NaN();
      return made({.node = Number{value}, .scalar = true});
    }
    if (const auto op = meaning(kAggregations, word)) return aggregation(*op);
    if (std::ranges::find(kOtherWords, word) != kOtherWords.end())
      refuse(word + " is not evaluated");
    if (calls()) return call();
    return made({.node = selector(), .scalar = false});
  }

  ExpressionPtr call() {
    const std::string name = peek().value;
    const auto function = meaning(kRangeFunctions, name);
    if (!function && name != "time") refuse("the function " + name + "() is not evaluated");
    take();
    expect("(");
    if (!function) {
      expect(")");
      return made({.node = Time{}, .scalar = true});
    }
    if (peek().kind != Token::Kind::name || calls()) {
      refuse(name + "() is evaluated over a metric only");
    }
    Selector over = selector();
    expect("[");
    const auto range = parse_prometheus_duration(peek().value);
    if (!range || *range == Duration::zero()) refuse(peek().value + " is no range");
    take();
    if (peek().value.starts_with(':')) refuse("a subquery is not evaluated");
    expect("]");
    expect(")");
    return made({.node = RangeCall{*function, std::move(over), *range}, .scalar = false});
  }

  ExpressionPtr aggregation(Aggregation::Operator op) {
    Aggregation result{.op = op, .without = false, .labels = {}, .of = nullptr};
    const std::string name = take().value;
    const bool grouped_before = grouping(result);
    expect("(");
    result.of = binary(1);
    if (at_symbol(",")) refuse(name + "() takes one argument");
    expect(")");
    if (result.of->scalar) refuse(name + "() is of a vector, not a number");
    if (!grouped_before) grouping(result);
    return made({.node = std::move(result), .scalar = false});
  }

  /// `by (a, b)` or `without (a, b)`, where one stands here.
  bool grouping(Aggregation& result) {
    if (!at_word("by") && !at_word("without")) return false;
    result.without = lower(take().value) == "without";
    expect("(");
    while (!at_symbol(")")) {
      if (peek().kind != Token::Kind::name) refuse(peek().value + " is no label");
      if (peek().value == kMetricName) refuse("grouping by a metric's name is not evaluated");
      result.labels.insert(take().value);
      if (!at_symbol(")")) expect(",");
    }
    expect(")");
    return true;
  }

  Selector selector() {
    Selector result{.metric = take().value, .matchers = {}};
    if (!at_symbol("{")) return result;
    expect("{");
    while (!at_symbol("}")) {
      result.matchers.push_back(matcher());
      if (!at_symbol("}")) expect(",");
    }
    expect("}");
    return result;
  }

  Matcher matcher() {
    if (peek().kind != Token::Kind::name) refuse(peek().value + " is no label");
    Matcher result{.label = take().value, .op = {}, .value = {}, .pattern = nullptr};
    const auto op = meaning(kMatchers, peek().value);
    if (!op) refuse(peek().value + " does not compare labels");
    take();
    result.op = *op;
    if (peek().kind != Token::Kind::text) refuse(peek().value + " is no text in quotes");
    result.value = peek().value;
    if (*op == Matcher::Operator::matches || *op == Matcher::Operator::matches_not) {
      result.pattern = std::make_shared<const RE2>(result.value, RE2::Quiet);
      if (!result.pattern->ok()) refuse("the pattern is wrong: " + result.pattern->error());
    }
    take();
    return result;
  }

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t parts_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

std::variant<ExpressionPtr, NotUnderstood> parse_expression(std::string_view text) {
  try {
    return Parser(text).whole();
  } catch (NotUnderstood& problem) {
    return std::move(problem);
  }
}

}  // namespace replay::alerting
