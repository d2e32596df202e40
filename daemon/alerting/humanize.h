#pragma once

#include <string>

namespace replay::alerting {

// Numbers as the functions of Prometheus' templates print them.
[[nodiscard]] std::string plain(double value);                ///< 51, 0.25, 1e+06, NaN, +Inf
[[nodiscard]] std::string fixed(double value, int decimals);  ///< printf "%.2f"
[[nodiscard]] std::string humanize(double value);             ///< 1.234k
[[nodiscard]] std::string humanize_duration(double seconds);  ///< 1h 2m 3s, 12.5ms
[[nodiscard]] std::string humanize_percentage(double share);  ///< 12.5%

}  // namespace replay::alerting
