#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/event_parser.h"
#include "base/error.h"
#include "base/json.h"

/// Any body, as JSON and as NDJSON: parsed or refused with an Error; what is accepted keeps the
/// promises the layers below rely on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace replay;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto format : {api::BodyFormat::json, api::BodyFormat::ndjson}) {
    try {
      const api::ParsedEvents parsed = api::parse_events(body, format, Instant{});
      if (parsed.events.size() != parsed.indexes.size()) std::abort();
      for (const Event& event : parsed.events) {
        if (event.id.empty() || event.task.empty() || event.type.empty()) std::abort();
        const auto payload = parse_json(event.payload);
        if (!payload || !payload->is_object()) std::abort();
      }
    } catch (const Error& refused) {
      if (refused.kind() != ErrorKind::malformed && refused.kind() != ErrorKind::too_large)
        std::abort();
    }
  }
  return 0;
}
