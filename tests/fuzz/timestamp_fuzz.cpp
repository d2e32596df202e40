#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/time.h"

/// What is read as an instant is written in a form that reads as the same instant.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto when = replay::parse_instant(text);
  if (when && replay::parse_instant(replay::format_instant(*when)) != when) std::abort();
  (void)replay::parse_duration(text);
  return 0;
}
