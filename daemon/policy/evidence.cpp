#include "policy/evidence.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <re2/re2.h>

namespace replay::policy {
namespace {

constexpr std::size_t kExcerptBytes = 200;
constexpr std::size_t kBytesBeforeMatch = 60;
constexpr std::string_view kCut = "…";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// At most kExcerptBytes of `text`, from shortly before `from`, with an ellipsis where something is
/// left out; `goes_on`: there is more than `text`.
std::string excerpt(std::string_view text, std::size_t from, bool goes_on = false) {
  if (text.size() <= kExcerptBytes && !goes_on) return std::string(text);
  std::size_t begin = from > kBytesBeforeMatch ? from - kBytesBeforeMatch : 0;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  std::size_t end = std::min(text.size(), begin + kExcerptBytes - 2 * kCut.size());
  while (end < text.size() && is_continuation(text[end])) --end;
  std::string shown;
  if (begin > 0) shown += kCut;
  shown += text.substr(begin, end - begin);
  if (end < text.size() || goes_on) shown += kCut;
  return shown;
}

std::size_t match_position(std::string_view text, const re2::RE2* pattern) {
  if (pattern == nullptr) return 0;
  re2::StringPiece found;
  const re2::StringPiece whole(text.data(), text.size());
  if (!pattern->Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, &found, 1)) return 0;
  return static_cast<std::size_t>(found.data() - whole.data());
}

/// The beginning of the value's JSON text, without making the rest of it.
std::string beginning_of(const json::value& value) {
  std::array<char, kExcerptBytes> buffer{};
  json::serializer serializer;
  serializer.reset(&value);
  const json::string_view text = serializer.read(buffer.data(), buffer.size());
  return excerpt({text.data(), text.size()}, 0, !serializer.done());
}

}  // namespace

json::object evidence_of(const Match& match) {
  if (match.value == nullptr) return {};
  json::object evidence{{"pointer", match.pointer}};
  std::string buffer;
  if (const auto text = searchable_text(*match.value, buffer); text && match.pattern != nullptr) {
    evidence["value"] = excerpt(*text, match_position(*text, match.pattern));
  } else if (const json::string* whole = match.value->if_string()) {
    evidence["value"] = excerpt(*whole, 0);
  } else if (match.value->is_structured()) {
    evidence["value"] = beginning_of(*match.value);
  } else {
    evidence["value"] = *match.value;
  }
  return evidence;
}

}  // namespace replay::policy
