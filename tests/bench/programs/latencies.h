#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <vector>

namespace replay::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

[[nodiscard]] inline double seconds_since(SteadyTime start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// This process's own, which a busy machine does not lengthen as it does the time on the wall.
[[nodiscard]] inline double cpu_seconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

/// Nearest rank. REQUIRES: not empty.
[[nodiscard]] inline double quantile(std::vector<double> samples, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
  const auto nth =
      samples.begin() + static_cast<std::ptrdiff_t>(std::min(rank, samples.size() - 1));
  std::nth_element(samples.begin(), nth, samples.end());
  return *nth;
}

/// One line of JSON, which the driver reads.
inline void print_latencies(const std::vector<double>& seconds, double elapsed,
                            std::size_t failed) {
  std::printf(
      "{\"count\": %zu, \"failed\": %zu, \"seconds\": %.6f, \"p50_ms\": %.4f, \"p99_ms\": %.4f}\n",
      seconds.size(), failed, elapsed, quantile(seconds, 0.50) * 1e3,
      quantile(seconds, 0.99) * 1e3);
}

}  // namespace replay::bench
