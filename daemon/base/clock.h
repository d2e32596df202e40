#pragma once

#include <chrono>

#include "base/time.h"

namespace replay {

/// Where the time comes from, so that tests can hold it. Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The wall clock, for what is written and compared with written instants.
  [[nodiscard]] virtual Instant now() const = 0;

  /// For deadlines and durations: never steps back.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace replay
