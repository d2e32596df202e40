#include "base/time.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace replay {
namespace {

/// Reads fixed-width decimal fields from the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}

  bool number(std::size_t width, int& value) {
    if (rest_.size() < width) return false;
    value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const char c = rest_[i];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return true;
  }

  bool literal(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// One to nine digits; what is finer than a microsecond is cut off.
  bool fraction(int& micros) {
    micros = 0;
    int scale = 100'000;
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (++count > 9) return false;
      micros += (rest_.front() - '0') * scale;
      scale /= 10;
      rest_.remove_prefix(1);
    }
    return count > 0;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool read_zone(Digits& in, std::chrono::minutes& offset) {
  offset = std::chrono::minutes{0};
  if (in.at_end() || in.literal('Z') || in.literal('z')) return true;
  const int sign = in.literal('+') ? 1 : in.literal('-') ? -1 : 0;
  int hours = 0;
  int minutes = 0;
  if (sign == 0 || !in.number(2, hours)) return false;
  if (!in.at_end()) {
    in.literal(':');
    if (!in.number(2, minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  offset = std::chrono::minutes{sign * (hours * 60 + minutes)};
  return true;
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  Digits in(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!in.number(4, year) || !in.literal('-') || !in.number(2, month) || !in.literal('-') ||
      !in.number(2, day)) {
    return std::nullopt;
  }
  if (!in.literal('T') && !in.literal(' ') && !in.literal('t')) return std::nullopt;
  if (!in.number(2, hour) || !in.literal(':') || !in.number(2, minute) || !in.literal(':') ||
      !in.number(2, second)) {
    return std::nullopt;
  }
  int micros = 0;
  if (in.literal('.') && !in.fraction(micros)) return std::nullopt;
  std::chrono::minutes offset{};
  if (!read_zone(in, offset) || !in.at_end()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const Instant when = std::chrono::sys_days{date} + std::chrono::hours{hour} +
                       std::chrono::minutes{minute} + std::chrono::seconds{second} +
                       Duration{micros} - offset;
  // An offset can carry it past the years that format_instant() writes and this function reads.
  constexpr Instant kFirst = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
  constexpr Instant kEnd = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};
  if (when < kFirst || when >= kEnd) return std::nullopt;
  return when;
}

std::optional<Instant> instant_from_number(double value) {
  // 1e11 s is the year 5138, 1e11 ms is 1973: the ranges of the three units do not meet in
  // practice.
  constexpr double kMilliseconds = 1e11;
  constexpr double kMicroseconds = 1e14;
  constexpr double kLast = 253'402'300'800.0 * 1e6;  // the year 10000
  if (!std::isfinite(value) || value < 0 || value >= kLast) return std::nullopt;
  const double micros = value < kMilliseconds   ? value * 1e6
                        : value < kMicroseconds ? value * 1e3
                                                : value;
  return from_micros(static_cast<std::int64_t>(std::llround(micros)));
}

std::string format_instant(Instant when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{when - day};
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [unit_at, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || text.empty() || text.front() == '-') return std::nullopt;
  const std::string_view unit(unit_at,
                              static_cast<std::size_t>(text.data() + text.size() - unit_at));
  std::int64_t scale = 0;
  if (unit == "ms") scale = 1'000;
  if (unit == "s") scale = 1'000'000;
  if (unit == "m") scale = 60'000'000;
  if (unit == "h") scale = 3'600'000'000;
  if (unit == "d") scale = 86'400'000'000;
  constexpr std::int64_t kHundredYears = 36'525LL * 86'400'000'000;
  if (scale == 0 || count > kHundredYears / scale) return std::nullopt;
  return Duration{count * scale};
}

}  // namespace replay
