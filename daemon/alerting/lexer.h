#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace replay::alerting {

struct Token {
  enum class Kind { name, number, text, symbol, end };

  Kind kind = Kind::end;
  std::string value;   ///< as written; of a text, what it stands for
  std::size_t at = 0;  ///< where it begins, in bytes
};

/// An expression that is no PromQL, or is more of it than is evaluated here.
struct NotUnderstood {
  std::size_t at = 0;  ///< the byte of the expression
  std::string reason;  ///< "offset is not evaluated", without a full stop
};

/// The tokens of a PromQL expression, `end` last. A number is any word that begins with a digit, so
/// durations are numbers here. Throws NotUnderstood.
[[nodiscard]] std::vector<Token> tokens(std::string_view expression);

}  // namespace replay::alerting
