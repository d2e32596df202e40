#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace replay {

/// A look back from now: `<n>m|h|d`, 1m to 90d.
class Window {
 public:
  /// nullopt for any other text.
  [[nodiscard]] static std::optional<Window> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Duration length() const { return length_; }

 private:
  Window(std::string text, Duration length) : text_(std::move(text)), length_(length) {}

  std::string text_;
  Duration length_;
};

}  // namespace replay
