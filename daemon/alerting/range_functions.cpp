#include <algorithm>
#include <cmath>

#include "alerting/evaluate.h"

namespace replay::alerting {
namespace {

/// By how much a counter rose, each fall being a restart from zero.
double rise(std::span<const History::Point> points) {
  double total = points.back().value - points.front().value;
  double before = points.front().value;
  for (const History::Point& point : points) {
    if (point.value < before) total += before;
    before = point.value;
  }
  return total;
}

/// What lies between the first and the last sample, extrapolated to [from, to] and divided by
/// `divisor`: Prometheus' extrapolatedRate(), in its order of operations, because a threshold may
/// be met in the last bit.
std::optional<double> extrapolated_rise(std::span<const History::Point> points, Instant from,
                                        Instant to, double divisor) {
  if (points.size() < 2) return std::nullopt;
  const double measured = rise(points);
  const double sampled = to_seconds(points.back().at - points.front().at);
  const double between_samples = sampled / static_cast<double>(points.size() - 1);
  double to_start = to_seconds(points.front().at - from);
  const double to_end = to_seconds(to - points.back().at);
  if (measured > 0 && points.front().value >= 0) {
    // A counter cannot have been below zero before its first sample.
    to_start = std::min(to_start, sampled * (points.front().value / measured));
  }
  const double threshold = between_samples * 1.1;
  double extrapolated = sampled;
  extrapolated += to_start < threshold ? to_start : between_samples / 2;
  extrapolated += to_end < threshold ? to_end : between_samples / 2;
  return measured * (extrapolated / sampled / divisor);
}

/// NaN only where every sample is.
template <class Better>
std::optional<double> best(std::span<const History::Point> points, Better better) {
  if (points.empty()) return std::nullopt;
  double found = points.front().value;
  for (const History::Point& point : points) {
    if (better(point.value, found) || std::isnan(found)) found = point.value;
  }
  return found;
}

}  // namespace

std::optional<double> over_range(RangeCall::Function function,
                                 std::span<const History::Point> points, Instant from, Instant to) {
  switch (function) {
    case RangeCall::Function::rate:
      return extrapolated_rise(points, from, to, to_seconds(to - from));
    case RangeCall::Function::increase:
      return extrapolated_rise(points, from, to, 1);
    case RangeCall::Function::max_over_time:
      return best(points, std::greater<>());
    case RangeCall::Function::min_over_time:
      return best(points, std::less<>());
  }
  return std::nullopt;
}

}  // namespace replay::alerting
