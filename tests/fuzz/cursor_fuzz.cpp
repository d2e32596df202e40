#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/cursor.h"

/// A text that reads as a cursor is the very text that we give out for that place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const replay::TaskId task("task-1");
  const auto position = replay::decode_trace_cursor(task, text);
  if (position && replay::encode_cursor(task, *position) != text) std::abort();
  const auto row = replay::decode_row_cursor("status=BLOCKED", text);
  if (row && replay::encode_cursor("status=BLOCKED", *row) != text) std::abort();
  return 0;
}
