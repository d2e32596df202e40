#include "base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace replay {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes that follow the lead byte of a sequence, or nullopt where `lead` cannot begin one.
std::optional<std::size_t> continuation_bytes(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead < 0xE0) return 1;
  if (lead >= 0xE0 && lead < 0xF0) return 2;
  if (lead >= 0xF0 && lead < 0xF5) return 3;
  return std::nullopt;
}

/// Overlong forms, surrogates and code points past U+10FFFF show in the second byte (RFC 3629,
/// section 4).
bool second_byte_fits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second < 0xA0;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second < 0x90;
    default:
      return true;
  }
}

/// Length of the sequence the text begins with; 0 where it begins with none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::optional<std::size_t> more = continuation_bytes(lead);
  if (!more || text.size() <= *more) return 0;
  const std::string_view rest = text.substr(1, *more);
  if (!std::ranges::all_of(
          rest, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; })) {
    return 0;
  }
  if (!rest.empty() && !second_byte_fits(lead, static_cast<unsigned char>(rest.front()))) return 0;
  return 1 + *more;
}

/// How many bytes at the beginning are UTF-8.
std::size_t valid_length(std::string_view text) {
  std::size_t valid = 0;
  while (valid < text.size()) {
    const std::size_t length = sequence_length(text.substr(valid));
    if (length == 0) break;
    valid += length;
  }
  return valid;
}

}  // namespace

bool is_utf8(std::string_view text) { return valid_length(text) == text.size(); }

std::string to_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (true) {
    const std::size_t length = valid_length(text);
    valid += text.substr(0, length);
    if (length == text.size()) return valid;
    valid += kReplacement;
    text.remove_prefix(length + 1);
  }
}

}  // namespace replay
