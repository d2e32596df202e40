#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"

namespace replay::policy {

/// The way from a document's root to a value in it; its text is a plain JSON pointer.
/// A view: valid only while the document lives.
using Path = std::vector<std::variant<std::string_view, std::size_t>>;

[[nodiscard]] std::string to_string(const Path& path);

/// A JSON pointer (RFC 6901) in which `*` is any member or element and `**` any depth, none
/// included.
///
/// Immutable. Reaching costs time in the number of values below the first wildcard times the
/// pointer's segments, whatever the document: no value is looked at twice.
class Pointer {
 public:
  /// More could not be told apart in the bits of one word.
  static constexpr std::size_t kMaxSegments = 63;

  /// nullopt, and in `problem` what to write instead, where `text` is no pointer.
  [[nodiscard]] static std::optional<Pointer> parse(std::string_view text, std::string& problem);

  /// Called for every value reached, in document order; false stops.
  using Visitor = std::function<bool(const json::value& value, const Path& path)>;

  /// False where the visitor stopped.
  bool visit(const json::value& root, const Visitor& visitor) const;

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Kind { name, any, any_depth };
  struct Segment {
    Kind kind;
    std::string name;
  };
  class Walk;

  Pointer() = default;

  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace replay::policy
