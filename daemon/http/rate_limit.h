#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace replay {
class Clock;
}

namespace replay::http {

/// A token bucket per client address: `per_minute` tokens, refilled evenly; 0 = off. Forgets full
/// buckets and never holds more than a fixed number of clients. Thread rule: any thread.
class RateLimit {
 public:
  RateLimit(const Clock& clock, std::uint32_t per_minute);
  ~RateLimit();
  RateLimit(const RateLimit&) = delete;
  RateLimit& operator=(const RateLimit&) = delete;

  struct Verdict {
    bool allowed = true;
    std::uint32_t limit = 0;  ///< 0: not limited, send no headers
    std::uint32_t remaining = 0;
    std::chrono::seconds reset{};        ///< until the bucket is full again
    std::chrono::seconds retry_after{};  ///< until the next token, where refused
  };
  [[nodiscard]] Verdict take(const std::string& client);

  /// Takes effect for the next request; buckets are kept.
  void set_per_minute(std::uint32_t per_minute);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::http
