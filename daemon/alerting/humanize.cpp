#include "alerting/humanize.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace replay::alerting {
namespace {

/// What Go prints otherwise than C; "" for numbers.
std::string_view special(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return "";
}

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, format, arguments...)), '\0');
  std::snprintf(text.data(), text.size() + 1, format, arguments...);
  return text;
}

std::string four_digits(double value) {
  const std::string_view name = special(value);
  return name.empty() ? formatted("%.4g", value) : std::string(name);
}

/// A number below one with the SI prefix that brings it to one or more.
std::string small(double value) {
  std::string_view prefix;
  for (const std::string_view next : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
    if (std::abs(value) >= 1) break;
    prefix = next;
    value *= 1000;
  }
  return four_digits(value) + std::string(prefix);
}

}  // namespace

std::string plain(double value) {
  if (const std::string_view name = special(value); !name.empty()) return std::string(name);
  // As Go's %v: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
  std::array<char, 32> digits{};
  const double size = std::abs(value);
  const bool exponent = size != 0 && (size < 1e-4 || size >= 1e6);
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, format);
  return {digits.data(), end};
}

std::string fixed(double value, int decimals) {
  const std::string_view name = special(value);
  return name.empty() ? formatted("%.*f", decimals, value) : std::string(name);
}

std::string humanize(double value) {
  if (value == 0 || !special(value).empty()) return four_digits(value);
  if (std::abs(value) < 1) return small(value);
  std::string_view prefix;
  for (const std::string_view next : {"k", "M", "G", "T", "P", "E", "Z", "Y"}) {
    if (std::abs(value) < 1000) break;
    prefix = next;
    value /= 1000;
  }
  return four_digits(value) + std::string(prefix);
}

std::string humanize_duration(double seconds) {
  if (!special(seconds).empty()) return four_digits(seconds);
  if (seconds == 0) return "0s";
  if (std::abs(seconds) < 1) return small(seconds) + "s";
  const std::string sign = seconds < 0 ? "-" : "";
  seconds = std::abs(seconds);
  constexpr double kMostWhole = 9e18;
  const std::lldiv_t minutes =
      std::lldiv(static_cast<std::int64_t>(std::min(seconds, kMostWhole)), 60);
  const std::lldiv_t hours = std::lldiv(minutes.quot, 60);
  const std::lldiv_t days = std::lldiv(hours.quot, 24);
  if (days.quot != 0) {
    return sign + formatted("%lldd %lldh %lldm %llds", days.quot, days.rem, hours.rem, minutes.rem);
  }
  if (hours.quot != 0)
    return sign + formatted("%lldh %lldm %llds", hours.quot, hours.rem, minutes.rem);
  if (minutes.quot != 0) return sign + formatted("%lldm %llds", minutes.quot, minutes.rem);
  return sign + four_digits(seconds) + "s";
}

std::string humanize_percentage(double share) { return four_digits(share * 100) + "%"; }

}  // namespace replay::alerting
