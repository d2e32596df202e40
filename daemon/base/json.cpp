#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>

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
