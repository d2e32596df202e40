#include "policy/retryability.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace replay::policy {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool occurs_in(std::string_view text, std::string_view words) {
  return !std::ranges::search(text, words, {}, lower, lower).empty();
}

std::optional<std::string> first_in(std::string_view text, const std::vector<std::string>& list) {
  const auto found = std::ranges::find_if(
      list, [text](const std::string& words) { return occurs_in(text, words); });
  if (found == list.end()) return std::nullopt;
  return *found;
}

}  // namespace

Retryability judge_failure(const RetryRules& rules, const json::value& payload) {
  const auto listed = [](const std::vector<std::string>& types, std::string_view type) {
    return std::ranges::find(types, type) != types.end();
  };
  if (const auto type = string_member(payload, "error_type")) {
    if (listed(rules.permanent_types, *type)) return {false, std::string(*type)};
    if (listed(rules.temporary_types, *type)) return {true, std::string(*type)};
  }
  if (const auto error = string_member(payload, "error")) {
    if (const auto words = first_in(*error, rules.permanent_words)) return {false, *words};
    if (const auto words = first_in(*error, rules.temporary_words)) return {true, *words};
  }
  return {};
}

}  // namespace replay::policy
