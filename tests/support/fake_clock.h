#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace replay::testing {

/// A clock that stands still until told. Safe to call from any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant start = from_micros(1'769'596'200'000'000)) : now_(to_micros(start)) {}

  [[nodiscard]] Instant now() const override { return from_micros(now_.load()); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point{Duration{steady_.load()}};
  }

  /// Moves both clocks on.
  void advance(Duration by) {
    now_ += by.count();
    steady_ += by.count();
  }

  /// Steps the wall clock alone, as an operator or NTP would.
  void set(Instant now) { now_ = to_micros(now); }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> steady_{1'000'000'000};
};

}  // namespace replay::testing
