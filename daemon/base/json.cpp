#include "base/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "base/utf8.h"

namespace replay {
namespace {

json::parse_options foreign_options() {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  return options;
}

/// Accepts every event of the parser: what is left of parsing is the validation.
struct AcceptAll {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using error = json::error_code;

  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) { return true; }
  bool on_object_end(std::size_t, error&) { return true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(std::size_t, error&) { return true; }
  bool on_key_part(json::string_view, std::size_t, error&) { return true; }
  bool on_key(json::string_view, std::size_t, error&) { return true; }
  bool on_string_part(json::string_view, std::size_t, error&) { return true; }
  bool on_string(json::string_view, std::size_t, error&) { return true; }
  bool on_number_part(json::string_view, error&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error&) { return true; }
  bool on_double(double, json::string_view, error&) { return true; }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(json::string_view, error&) { return true; }
  bool on_comment(json::string_view, error&) { return true; }
};

void append(std::string& text, double number) {
  if (!std::isfinite(number)) {
    text +=
        number < 0 ? "-1e999" : "1e999";  // reads as infinity again; Boost's "Infinity" is no JSON
    return;
  }
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  const std::string_view shortest(digits.data(), written.ptr);
  text += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos)
    text += ".0";  // stays a double when read again
}

void append(std::string& text, json::string_view string) {
  text +=
      is_utf8(string) ? json::serialize(string) : json::serialize(json::string(to_utf8(string)));
}

void append(std::string& text, const json::value& value) {
  if (const json::object* object = value.if_object()) {
    char separator = '{';
    for (const auto& [name, member] : *object) {
      text += std::exchange(separator, ',');
      append(text, json::string_view(name));
      text += ':';
      append(text, member);
    }
    text += object->empty() ? "{}" : "}";
  } else if (const json::array* array = value.if_array()) {
    char separator = '[';
    for (const json::value& element : *array) {
      text += std::exchange(separator, ',');
      append(text, element);
    }
    text += array->empty() ? "[]" : "]";
  } else if (const json::string* string = value.if_string()) {
    append(text, json::string_view(*string));
  } else if (const double* number = value.if_double()) {
    append(text, *number);
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::optional<json::value> parse_json(std::string_view text) {
  json::error_code error;
  json::value value = json::parse(text, error, {}, foreign_options());
  if (error) return std::nullopt;
  return value;
}

bool is_json(std::string_view text) {
  json::basic_parser<AcceptAll> parser(foreign_options());
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  return !error && used == text.size();
}

std::string to_text(const json::value& value) {
  std::string text;
  append(text, value);
  return text;
}

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::optional<std::string_view> string_member(const json::value& value, std::string_view name) {
  const json::value* found = member(value, name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string_view(found->get_string());
}

}  // namespace replay
