#pragma once

#include <stop_token>

#include "base/time.h"

namespace replay::commands {

/// Sleeps for a period; false where it was asked to stop, at once.
[[nodiscard]] bool next_period(const std::stop_token& stop, Duration period);

}  // namespace replay::commands
