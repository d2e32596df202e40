#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "model/stats.h"
#include "registry/read_view.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::registry {

class Registry;

/// The registry's numbers as of `taken_at`, copied as one.
struct VitalSigns {
  Instant taken_at;
  InboxCounts inbox;
  std::optional<Instant> oldest_pending_since;
  RegistrySizes sizes;
  std::uint64_t wal_bytes = 0;
  std::uint64_t rows_behind = 0;  ///< of the summaries
  Integrity integrity;            ///< refreshed at most every 30 s
  bool readable = true;           ///< false: nothing of it could be read at the last refresh
  std::string problem;            ///< why some of it could not be, and is older; "" where all could
};

/// Keeps the numbers that scrapes publish, refreshed on the bell at most once a
/// second and never more than a twentieth of the time, so that a scrape costs nothing and a large
/// registry is not read all day. A part that cannot be read (a damaged page) stays as it was and
/// keeps no other from being refreshed. Thread rule: any thread; it has a thread of its own.
class Vitals {
 public:
  Vitals(Registry& registry, const Clock& clock, Logger& log);
  ~Vitals();
  Vitals(const Vitals&) = delete;
  Vitals& operator=(const Vitals&) = delete;

  [[nodiscard]] VitalSigns signs() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::registry
