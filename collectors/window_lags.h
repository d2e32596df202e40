#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"

namespace replay::registry {
class ReadView;
}

namespace replay::collectors {

/// Lag quantiles over the windows people ask for, and the leading reasons of blocks, computed now
/// and then from the summaries so that a scrape only copies them. Whoever composes the daemon calls
/// refresh() every few seconds. Thread rule: any thread.
class WindowLags {
 public:
  static constexpr std::size_t kTopReasons = 10;

  struct Lag {
    std::string window;                   ///< "1h"
    std::optional<double> p50, p95, p99;  ///< seconds
    std::uint64_t count = 0;
  };
  struct Published {
    std::optional<Instant> refreshed_at;  ///< nullopt: not yet
    std::vector<Lag> lags;                ///< 1h, 24h and 7d
    std::map<std::string, std::uint64_t>
        reasons;  ///< blocks of 24 h by code: at most kTopReasons, and "other"
  };

  /// Throws what the view throws; what was published before stays.
  void refresh(const registry::ReadView& view, Instant now);

  [[nodiscard]] Published published() const;

 private:
  mutable Mutex mutex_;
  Published published_ GUARDED_BY(mutex_);
};

}  // namespace replay::collectors
