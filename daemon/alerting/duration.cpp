#include "alerting/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace replay::alerting {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};

constexpr std::array kUnits{
    Unit{"y", std::chrono::days{365}},        Unit{"w", std::chrono::weeks{1}},
    Unit{"d", std::chrono::days{1}},          Unit{"h", std::chrono::hours{1}},
    Unit{"m", std::chrono::minutes{1}},       Unit{"s", std::chrono::seconds{1}},
    Unit{"ms", std::chrono::milliseconds{1}},
};

constexpr Duration kLongest = std::chrono::days{36'500};

}  // namespace

std::optional<Duration> parse_prometheus_duration(std::string_view text) {
  if (text == "0") return Duration::zero();
  if (text.empty()) return std::nullopt;
  Duration total{};
  std::size_t first_allowed = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
    const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
    const auto* const unit = std::ranges::find(kUnits, name, &Unit::name);
    if (unit == kUnits.end()) return std::nullopt;
    const auto place = static_cast<std::size_t>(unit - kUnits.begin());
    if (place < first_allowed || count > kLongest / unit->length) return std::nullopt;
    first_allowed = place + 1;
    total += count * unit->length;
    if (total > kLongest) return std::nullopt;
    text.remove_prefix(name.size());
  }
  return total;
}

}  // namespace replay::alerting
