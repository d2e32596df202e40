#pragma once

#include <string>
#include <string_view>

namespace replay {

/// Whether the text is UTF-8 as RFC 3629 defines it: no overlong forms, surrogates or code points
/// past U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

/// The text with U+FFFD for each byte that belongs to no such sequence: what other writers stored
/// may be any bytes, and what we write or answer may not.
[[nodiscard]] std::string to_utf8(std::string_view text);

}  // namespace replay
