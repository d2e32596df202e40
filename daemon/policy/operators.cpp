#include "policy/operators.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <re2/re2.h>

namespace replay::policy {
namespace {

/// A longer argument vector is searched by its elements alone.
constexpr std::size_t kLongestJoinedText = 1U << 20U;
constexpr std::int64_t kPatternMemoryBytes = 1 << 20;

/// Equal as JSON values: 1 and 1.0 are the same number.
bool equal(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_double() || b.is_double()) return a.to_number<double>() == b.to_number<double>();
    if (a.is_int64() && b.is_int64()) return a.get_int64() == b.get_int64();
    json::error_code too_small_or_big;
    const auto a_unsigned = a.to_number<std::uint64_t>(too_small_or_big);
    if (too_small_or_big) return false;
    const auto b_unsigned = b.to_number<std::uint64_t>(too_small_or_big);
    return !too_small_or_big && a_unsigned == b_unsigned;
  }
  if (const json::array* array = a.if_array()) {
    const json::array* other = b.if_array();
    return other != nullptr && std::ranges::equal(*array, *other, equal);
  }
  return a == b;
}

/// Characters of a string (not bytes), elements of an array, members of an object.
std::optional<std::size_t> length(const json::value& value) {
  if (const json::string* text = value.if_string()) {
    return static_cast<std::size_t>(std::ranges::count_if(
        *text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }
  if (const json::array* array = value.if_array()) return array->size();
  if (const json::object* object = value.if_object()) return object->size();
  return std::nullopt;
}

bool contains(const json::value& value, const json::value& sought) {
  if (const json::array* array = value.if_array()) {
    return std::ranges::any_of(*array,
                               [&](const json::value& item) { return equal(item, sought); });
  }
  const json::string* name = sought.if_string();
  if (name == nullptr) return false;
  if (const json::string* text = value.if_string()) {
    return std::string_view(*text).find(std::string_view(*name)) != std::string_view::npos;
  }
  const json::object* object = value.if_object();
  return object != nullptr && object->contains(*name);
}

Comparison compile_exists(const json::value& operand, std::string&) {
  const bool* wanted = operand.if_bool();
  if (wanted == nullptr) return {};
  return {.holds = [](const json::value&) { return true; }, .absent = !*wanted};
}

Comparison compile_equals(const json::value& operand, std::string&) {
  return {.holds = [operand](const json::value& value) { return equal(value, operand); }};
}

Comparison compile_in(const json::value& operand, std::string&) {
  if (!operand.is_array() || operand.get_array().empty()) return {};
  return {.holds = [choices = operand.get_array()](const json::value& value) {
    return std::ranges::any_of(choices,
                               [&](const json::value& choice) { return equal(value, choice); });
  }};
}

template <class Compare>
Comparison compile_number(const json::value& operand, std::string&) {
  if (!operand.is_number()) return {};
  return {.holds = [bound = operand.to_number<double>()](const json::value& value) {
    return value.is_number() && Compare()(value.to_number<double>(), bound);
  }};
}

template <class Compare>
Comparison compile_length(const json::value& operand, std::string&) {
  const std::int64_t* bound = operand.if_int64();
  if (bound == nullptr || *bound < 0) return {};
  return {.holds = [bound = static_cast<std::size_t>(*bound)](const json::value& value) {
    const auto actual = length(value);
    return actual && Compare()(*actual, bound);
  }};
}

Comparison compile_contains(const json::value& operand, std::string&) {
  if (operand.is_structured()) return {};
  return {.holds = [operand](const json::value& value) { return contains(value, operand); }};
}

Comparison compile_matches(const json::value& operand, std::string& problem) {
  const json::array texts = operand.is_array() ? operand.get_array() : json::array{operand};
  Comparison comparison;
  for (const json::value& text : texts) {
    if (!text.is_string()) return {};
    Pattern pattern = compile_pattern(std::string_view(text.get_string()), problem);
    if (!pattern) return {};
    comparison.patterns.push_back(std::move(pattern));
  }
  if (comparison.patterns.empty()) return {};
  comparison.holds = [patterns = comparison.patterns](const json::value& value) {
    std::string buffer;
    const auto text = searchable_text(value, buffer);
    return text && std::ranges::any_of(
                       patterns, [&](const Pattern& pattern) { return finds(*pattern, *text); });
  };
  return comparison;
}

struct TypeName {
  std::string_view name;
  bool (*is)(const json::value&);
};

constexpr std::array kTypes{
    TypeName{"string", [](const json::value& value) { return value.is_string(); }},
    TypeName{"number", [](const json::value& value) { return value.is_number(); }},
    TypeName{"boolean", [](const json::value& value) { return value.is_bool(); }},
    TypeName{"array", [](const json::value& value) { return value.is_array(); }},
    TypeName{"object", [](const json::value& value) { return value.is_object(); }},
    TypeName{"null", [](const json::value& value) { return value.is_null(); }}};

Comparison compile_type(const json::value& operand, std::string&) {
  // `type: null` is YAML's null, and what an author means by it is plain.
  const std::string_view name = operand.is_null()     ? "null"
                                : operand.is_string() ? std::string_view(operand.get_string())
                                                      : "";
  const auto* found = std::ranges::find(kTypes, name, &TypeName::name);
  if (found == kTypes.end()) return {};
  return {.holds = found->is};
}

constexpr std::array kOperators{
    Operator{"exists", "true or false", compile_exists},
    Operator{"equals", "a value", compile_equals},
    Operator{"in", "a list of values", compile_in},
    Operator{"gt", "a number", compile_number<std::greater<>>},
    Operator{"gte", "a number", compile_number<std::greater_equal<>>},
    Operator{"lt", "a number", compile_number<std::less<>>},
    Operator{"lte", "a number", compile_number<std::less_equal<>>},
    Operator{"contains", "a string, number, boolean or null", compile_contains},
    Operator{"matches", "an RE2 regular expression, or a list of them", compile_matches},
    Operator{"length_gt", "a whole number from 0", compile_length<std::greater<>>},
    Operator{"length_lt", "a whole number from 0", compile_length<std::less<>>},
    Operator{"type", "one of string, number, boolean, array, object, null", compile_type}};

}  // namespace

const Operator* find_operator(std::string_view name) {
  const auto* found = std::ranges::find(kOperators, name, &Operator::name);
  return found == kOperators.end() ? nullptr : found;
}

std::string operator_names() {
  std::string names;
  for (const Operator& each : kOperators) {
    if (!names.empty()) names += ", ";
    names += each.name;
  }
  return names;
}

Pattern compile_pattern(std::string_view text, std::string& problem) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryBytes);
  auto pattern =
      std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (pattern->ok()) return pattern;
  problem = "\"" + std::string(text) +
            "\" is no regular expression that RE2 understands: " + pattern->error() + ".";
  return nullptr;
}

bool finds(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

std::optional<std::string_view> searchable_text(const json::value& value, std::string& buffer) {
  if (const json::string* text = value.if_string()) return std::string_view(*text);
  const json::array* words = value.if_array();
  if (words == nullptr || words->size() < 2) return std::nullopt;
  buffer.clear();
  for (const json::value& word : *words) {
    const json::string* text = word.if_string();
    if (text == nullptr || buffer.size() + text->size() > kLongestJoinedText) return std::nullopt;
    if (!buffer.empty()) buffer += ' ';
    buffer += std::string_view(*text);
  }
  return buffer;
}

}  // namespace replay::policy
