#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "summary/hour_summary.h"

/// Stored bytes are refused as corrupt, or are exactly those that their meaning is stored as.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto sketch = replay::summary::QuantileSketch::decode(bytes);
    if (sketch.encode() != bytes || sketch.quantile(0.5).has_value() != (sketch.count() > 0))
      std::abort();
  } catch (const replay::Error& error) {
    if (error.kind() != replay::ErrorKind::corrupt) std::abort();
  }
  try {
    replay::HourRow row;
    row.detail = bytes;
    const auto hour = replay::summary::HourSummary::from_row(row);
    if (hour.to_row({}).detail != bytes) std::abort();
  } catch (const replay::Error& error) {
    if (error.kind() != replay::ErrorKind::corrupt) std::abort();
  }
  return 0;
}
