#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace replay::summary {

/// LEB128: seven bits a byte, lowest first, the high bit set on all but the last.
void append_varint(std::string& bytes, std::uint64_t value);

/// Small numbers of either sign become small numbers: 0, -1, 1, -2 … → 0, 1, 2, 3 …
[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

/// Takes stored values from the front of bytes that may be damaged. Every method throws
/// Error(corrupt) where they do not hold what is asked for; nothing is allocated for a length
/// before it was checked.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint8_t byte();
  [[nodiscard]] std::uint64_t varint();
  /// A varint length and that many bytes. Valid as long as the bytes read from.
  [[nodiscard]] std::string_view text();
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace replay::summary
