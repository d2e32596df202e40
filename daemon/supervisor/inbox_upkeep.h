#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/time.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::registry {
class Registry;
}

namespace replay::supervisor {

/// Keeps the inbox small and moving: rows that somebody left `processing` become pending again,
/// completed ones are removed in small steps once they are old. Thread rule: one thread. Throws as
/// the registry does.
class InboxUpkeep {
 public:
  InboxUpkeep(registry::Registry& registry, const Clock& clock, Logger& log, Duration stuck_after,
              Duration retention)
      : registry_(registry),
        clock_(clock),
        log_(log),
        stuck_after_(stuck_after),
        retention_(retention) {}

  struct Done {
    std::size_t revived = 0;
    std::size_t removed = 0;
  };
  /// Does nothing until half a minute after the last time.
  Done tidy_if_due();

 private:
  std::size_t revive_stuck();
  std::size_t remove_old();

  registry::Registry& registry_;
  const Clock& clock_;
  Logger& log_;
  const Duration stuck_after_;
  const Duration retention_;
  std::optional<std::chrono::steady_clock::time_point> tidied_at_;
};

}  // namespace replay::supervisor
