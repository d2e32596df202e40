#include "alerting/lexer.h"

#include <array>
#include <string>
#include <utility>

namespace replay::alerting {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::string_view, 6> kLongSymbols{"==", "!=", "<=", ">=", "=~", "!~"};
constexpr std::string_view kShortSymbols = "(){}[],+-*/<>=%^@:";

/// What follows a backslash, and what the two stand for.
constexpr std::array<std::pair<char, char>, 10> kEscapes{{{'\\', '\\'},
                                                          {'"', '"'},
                                                          {'\'', '\''},
                                                          {'n', '\n'},
                                                          {'t', '\t'},
                                                          {'r', '\r'},
                                                          {'a', '\a'},
                                                          {'b', '\b'},
                                                          {'f', '\f'},
                                                          {'v', '\v'}}};

class Lexer {
 public:
  explicit Lexer(std::string_view expression) : rest_(expression), all_(expression) {}

  std::vector<Token> run() {
    std::vector<Token> found;
    for (skip_blanks(); !rest_.empty(); skip_blanks()) found.push_back(next());
    found.push_back({.kind = Token::Kind::end, .value = "the end", .at = all_.size()});
    return found;
  }

 private:
  [[nodiscard]] std::size_t at() const { return all_.size() - rest_.size(); }

  void skip_blanks() {
    while (!rest_.empty() && (is_blank(rest_.front()) || rest_.front() == '#')) {
      rest_.remove_prefix(rest_.front() == '#' ? std::min(rest_.find('\n'), rest_.size()) : 1);
    }
  }

  Token next() {
    const char first = rest_.front();
    if (begins_name(first)) return word(Token::Kind::name);
    if (is_digit(first) || (first == '.' && rest_.size() > 1 && is_digit(rest_[1]))) {
      return word(Token::Kind::number);
    }
    if (first == '"' || first == '\'' || first == '`') return text(first);
    for (const std::string_view symbol : kLongSymbols) {
      if (rest_.starts_with(symbol)) return take(Token::Kind::symbol, symbol.size());
    }
    if (kShortSymbols.find(first) != std::string_view::npos) return take(Token::Kind::symbol, 1);
    throw NotUnderstood{at(), "this character has no meaning here"};
  }

  Token take(Token::Kind kind, std::size_t length) {
    Token token{.kind = kind, .value = std::string(rest_.substr(0, length)), .at = at()};
    rest_.remove_prefix(length);
    return token;
  }

  /// A name, or a number with what clings to it: 5m, 1e-3, 0x1f.
  Token word(Token::Kind kind) {
    const bool number = kind == Token::Kind::number;
    std::size_t length = 1;
    for (; length < rest_.size(); ++length) {
      const char c = rest_[length];
      const char before = rest_[length - 1];
      const bool sign_of_exponent = number && (c == '+' || c == '-') &&
                                    (before == 'e' || before == 'E') && !rest_.starts_with("0x") &&
                                    !rest_.starts_with("0X");
      const bool goes_on = number ? is_digit(c) || c == '.' || (begins_name(c) && c != ':')
                                  : begins_name(c) || is_digit(c);
      if (!goes_on && !sign_of_exponent) break;
    }
    return take(kind, length);
  }

  Token text(char quote) {
    Token token{.kind = Token::Kind::text, .value = {}, .at = at()};
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\n' && quote != '`') break;
      token.value += quote == '`' || rest_.front() != '\\' ? rest_.front() : escaped();
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || rest_.front() != quote)
      throw NotUnderstood{token.at, "this text does not end"};
    rest_.remove_prefix(1);
    return token;
  }

  /// What a backslash and the character after it stand for; leaves the latter to be skipped.
  char escaped() {
    for (const auto& [written, meant] : kEscapes) {
      if (rest_.size() > 1 && rest_[1] == written) {
        rest_.remove_prefix(1);
        return meant;
      }
    }
    throw NotUnderstood{at(), "this escape is not evaluated"};
  }

  std::string_view rest_;
  std::string_view all_;
};

}  // namespace

std::vector<Token> tokens(std::string_view expression) { return Lexer(expression).run(); }

}  // namespace replay::alerting
