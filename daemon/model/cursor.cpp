#include "model/cursor.h"

#include <array>
#include <cstdint>
#include <vector>

#include <zlib.h>

namespace replay {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kTraceVersion = 1;
constexpr char kRowVersion = 2;
constexpr std::size_t kChecksumSize = 4;

void append_big_endian(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8U) | static_cast<unsigned char>(byte);
  return value;
}

std::uint64_t checksum(std::string_view bytes, std::string_view listing) {
  const std::uint64_t sum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return crc32_z(sum, reinterpret_cast<const Bytef*>(listing.data()), listing.size());
}

std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[(buffer >> bits) & 0x3FU];
    }
  }
  if (bits > 0) text += kAlphabet[(buffer << (6 - bits)) & 0x3FU];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((buffer >> bits) & 0xFFU);
    }
  }
  return bytes;
}

std::string seal(std::string bytes, std::string_view listing) {
  append_big_endian(bytes, checksum(bytes, listing), kChecksumSize);
  return to_base64url(bytes);
}

/// The content of a sealed cursor of that version and size, or nullopt.
std::optional<std::string> unseal(std::string_view text, std::string_view listing, char version,
                                  std::size_t size) {
  auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != size + kChecksumSize || bytes->front() != version)
    return std::nullopt;
  if (to_base64url(*bytes) != text) return std::nullopt;  // stray bits after the last byte
  const std::string_view content(bytes->data(), size);
  if (read_big_endian(std::string_view(*bytes).substr(size)) != checksum(content, listing))
    return std::nullopt;
  bytes->resize(size);
  return bytes;
}

}  // namespace

std::string encode_cursor(const TaskId& task, const TracePosition& position) {
  std::string bytes(1, kTraceVersion);
  append_big_endian(bytes, static_cast<std::uint64_t>(to_micros(position.ts)), 8);
  bytes += position.kind == TraceKind::audit ? 'a' : 'e';
  append_big_endian(bytes, static_cast<std::uint64_t>(position.row), 8);
  return seal(std::move(bytes), task.str());
}

std::optional<TracePosition> decode_trace_cursor(const TaskId& task, std::string_view text) {
  const auto bytes = unseal(text, task.str(), kTraceVersion, 18);
  if (!bytes) return std::nullopt;
  const std::string_view content(*bytes);
  return TracePosition{
      from_micros(static_cast<std::int64_t>(read_big_endian(content.substr(1, 8)))),
      content[9] == 'a' ? TraceKind::audit : TraceKind::event,
      static_cast<RowId>(read_big_endian(content.substr(10, 8)))};
}

std::string encode_cursor(std::string_view listing, RowId row) {
  std::string bytes(1, kRowVersion);
  append_big_endian(bytes, static_cast<std::uint64_t>(row), 8);
  return seal(std::move(bytes), listing);
}

std::optional<RowId> decode_row_cursor(std::string_view listing, std::string_view text) {
  const auto bytes = unseal(text, listing, kRowVersion, 9);
  if (!bytes) return std::nullopt;
  return static_cast<RowId>(read_big_endian(std::string_view(*bytes).substr(1)));
}

}  // namespace replay
