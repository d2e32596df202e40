#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace replay {

/// Every moment in the program: microseconds since 1970-01-01T00:00:00Z, UTC.
using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;

/// Reads one of the forms a registry holds: `2026-01-28T10:30:00.123456Z`, any `±HH[:MM]` offset, a
/// blank instead of the `T`, no zone (taken as UTC, as SQLite's CURRENT_TIMESTAMP means it), 0 to 9
/// digits of a fraction (cut after the sixth). Nothing may follow. nullopt for anything else,
/// including days that do not exist and years outside 0001…9999. Never allocates.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

/// A timestamp stored as a number (a TIMESTAMP column has NUMERIC affinity, so all-digit text
/// becomes one): seconds since 1970, or milli- or microseconds where the magnitude says so.
[[nodiscard]] std::optional<Instant> instant_from_number(double value);

/// `YYYY-MM-DDTHH:MM:SS.ffffffZ`, the one form we write.
[[nodiscard]] std::string format_instant(Instant when);

/// `5s`, `250ms`, `10m`, `24h`, `7d`: a whole number and a unit. nullopt for anything else, or past
/// 100 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

[[nodiscard]] constexpr Instant floor_hour(Instant when) {
  return std::chrono::floor<std::chrono::hours>(when);
}

/// For the edges that speak in floating seconds: metrics, sketches, JSON.
[[nodiscard]] constexpr double to_seconds(Duration length) {
  return std::chrono::duration<double>(length).count();
}

[[nodiscard]] constexpr std::int64_t to_micros(Instant when) {
  return when.time_since_epoch().count();
}

[[nodiscard]] constexpr Instant from_micros(std::int64_t micros) {
  return Instant{Duration{micros}};
}

}  // namespace replay
