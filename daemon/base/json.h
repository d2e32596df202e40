#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace replay {

namespace json = boost::json;

/// How deep a foreign document may nest before it counts as unreadable; bounds the parser's stack.
inline constexpr std::size_t kMaxJsonDepth = 256;

/// nullopt where the text is no JSON document (trailing bytes, invalid UTF-8, too deep …). Never
/// throws.
[[nodiscard]] std::optional<json::value> parse_json(std::string_view text);

/// Whether parse_json() would succeed, without building the document.
[[nodiscard]] bool is_json(std::string_view text);

/// The document as text, with numbers as people write them (Boost's serializer makes 5E-1 of 0.5)
/// and always JSON: a number beyond the range of a double, which parse_json() takes, is written as
/// one again, and bytes that are no UTF-8 (texts of other writers may hold any) as U+FFFD.
[[nodiscard]] std::string to_text(const json::value& value);

/// The member, or nullptr where the value is no object or has none of that name.
[[nodiscard]] const json::value* member(const json::value& value, std::string_view name);

/// The member's text, or nullopt where there is none or it is no string. Valid as long as `value`.
[[nodiscard]] std::optional<std::string_view> string_member(const json::value& value,
                                                            std::string_view name);

}  // namespace replay
