#pragma once

#include <cstddef>
#include <string>

#include "model/event.h"

namespace replay::bench {

/// The events that the bench sends, to the daemon and to the program that has no daemon. Ten in a
/// row are one task's: it is created, reports eight steps and ends; every tenth task fails in a way
/// that the default policy retries.
inline constexpr std::size_t kEventsPerTask = 10;

/// Event `number` of the stream `prefix`, happening at `ts`: 400 to 700 bytes of payload, the size
/// of a step's report.
Event event_number(const std::string& prefix, std::size_t number, Instant ts);

/// As POST /events takes it.
std::string to_request(const Event& event);

}  // namespace replay::bench
