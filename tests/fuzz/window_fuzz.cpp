#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/window.h"

/// Whatever is read as a window is between a minute and ninety days.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto window = replay::Window::parse(text);
  if (!window) return 0;
  const bool in_range =
      window->length() >= std::chrono::minutes{1} && window->length() <= std::chrono::days{90};
  if (!in_range || window->text() != text) std::abort();
  return 0;
}
