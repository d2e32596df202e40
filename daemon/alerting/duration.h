#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace replay::alerting {

/// A duration as Prometheus writes it: `5m`, `1h30m`, `500ms`; units y, w, d, h, m, s, ms, each at
/// most once and in this order, or `0`. nullopt for anything else, and past 100 years.
[[nodiscard]] std::optional<Duration> parse_prometheus_duration(std::string_view text);

}  // namespace replay::alerting
