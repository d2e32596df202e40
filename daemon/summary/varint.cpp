#include "summary/varint.h"

#include "base/error.h"

namespace replay::summary {
namespace {

[[noreturn]] void throw_cut_short() {
  throw Error(ErrorKind::corrupt,
              "A stored summary ends too early; run `decision-replay summary rebuild`.");
}

}  // namespace

void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>((value & 0x7FU) | 0x80U);
  bytes += static_cast<char>(value);
}

std::uint8_t ByteReader::byte() {
  if (rest_.empty()) throw_cut_short();
  const auto first = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t next = byte();
    value |= (next & 0x7FU) << shift;
    if (next < 0x80) return value;
  }
  throw Error(ErrorKind::corrupt,
              "A stored summary holds a number of more than 64 bits; run `decision-replay summary "
              "rebuild`.");
}

std::string_view ByteReader::text() {
  const std::uint64_t size = varint();
  if (size > rest_.size()) throw_cut_short();
  const std::string_view found = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return found;
}

}  // namespace replay::summary
