#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace re2 {
class RE2;
}

namespace replay::policy {

using Pattern = std::shared_ptr<const re2::RE2>;

/// One comparison of a condition, compiled for its operand.
struct Comparison {
  std::function<bool(const json::value&)> holds;  ///< empty: the operand was refused
  std::vector<Pattern> patterns{};                ///< of `matches`: any of them
  bool absent = false;                            ///< `exists: false`: the pointer reaches nothing
};

/// How a comparison is written and compiled.
struct Operator {
  std::string_view name;
  std::string_view operand;  ///< what it takes, for messages: "a number"
  /// A Comparison without `holds` where the operand is wrong; `problem` may say why.
  Comparison (*compile)(const json::value& operand, std::string& problem);
};

/// nullptr where there is none of that name.
[[nodiscard]] const Operator* find_operator(std::string_view name);

/// "exists, equals, in, …"
[[nodiscard]] std::string operator_names();

/// nullptr, and in `problem` RE2's reason, where it is no regular expression. Memory for matching
/// is bounded.
[[nodiscard]] Pattern compile_pattern(std::string_view text, std::string& problem);

[[nodiscard]] bool finds(const re2::RE2& pattern, std::string_view text);

/// What `matches` looks at: a string, or an array of strings joined by blanks, so that an argument
/// vector reads like the command line it becomes. nullopt for anything else. `buffer` holds a
/// joined text.
[[nodiscard]] std::optional<std::string_view> searchable_text(const json::value& value,
                                                              std::string& buffer);

}  // namespace replay::policy
