#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/event.h"

namespace replay::api {

enum class BodyFormat { json, ndjson };

/// An item of a request that is no event; the others are not affected.
struct RejectedEvent {
  std::size_t index = 0;  ///< in the array, or among the lines that are not blank; from 0
  std::optional<std::string> event_id;  ///< nullopt where the item has none
  std::string detail;                   ///< one sentence
};

struct ParsedEvents {
  std::vector<Event> events;
  std::vector<std::size_t> indexes;  ///< of each event, as in RejectedEvent
  std::vector<RejectedEvent> rejected;
};

inline constexpr std::size_t kMostEvents = 10'000;
inline constexpr std::size_t kLongestIdBytes = 512;

/// The events of a request's body: one object, an array, or a line each. An event without `ts` gets
/// `arrival`, one without `payload` an empty one. Pure. Throws Error(malformed) where nothing of
/// the body is JSON, Error(too_large) past kMostEvents.
[[nodiscard]] ParsedEvents parse_events(std::string_view body, BodyFormat format, Instant arrival);

}  // namespace replay::api
