#include "model/window.h"

#include <utility>

namespace replay {

std::optional<Window> Window::parse(std::string_view text) {
  const auto length = parse_duration(text);
  if (!length || text.ends_with("s")) return std::nullopt;  // "s" and "ms" are no window units
  if (*length < std::chrono::minutes{1} || *length > std::chrono::days{90}) return std::nullopt;
  return Window(std::string(text), *length);
}

}  // namespace replay
