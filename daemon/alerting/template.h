#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "alerting/lexer.h"
#include "alerting/sample.h"

namespace replay::alerting {

/// A label's or annotation's text with placeholders, as the daemon fills it in: `{{ $value }}` and
/// `{{ $labels.name }}`, the value also through one of `humanize`, `humanizeDuration`,
/// `humanizePercentage` and `printf "%.2f"`. A value, immutable.
class Template {
 public:
  /// What else Prometheus' templates can do is not understood.
  [[nodiscard]] static std::variant<Template, NotUnderstood> parse(std::string_view text);

  /// The text as Prometheus expands it; a missing label is empty.
  [[nodiscard]] std::string expand(const Labels& labels, double value) const;

 private:
  using Format = std::string (*)(double value, int decimals);
  struct Value {
    Format format;
    int decimals = 0;
  };
  struct Label {
    std::string name;
  };
  using Part = std::variant<std::string, Value, Label>;

  static Part placeholder(std::string_view inside, std::size_t at);

  std::vector<Part> parts_;
};

}  // namespace replay::alerting
