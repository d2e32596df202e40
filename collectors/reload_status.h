#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace replay::collectors {

/// How the last reading of the configuration went. Starting counts as the first. Thread rule: any
/// thread.
class ReloadStatus {
 public:
  explicit ReloadStatus(Instant started) : succeeded_at_(to_micros(started)) {}

  void succeeded(Instant when) {
    succeeded_at_ = to_micros(when);
    successful_ = true;
  }
  void failed() { successful_ = false; }

  [[nodiscard]] bool successful() const { return successful_; }
  [[nodiscard]] Instant succeeded_at() const { return from_micros(succeeded_at_); }

 private:
  std::atomic<bool> successful_{true};
  std::atomic<std::int64_t> succeeded_at_;
};

}  // namespace replay::collectors
