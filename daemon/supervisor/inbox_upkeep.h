#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/inbox.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::registry {
class Registry;
}

namespace replay::supervisor {

/// Keeps the inbox small and moving: rows that somebody left `processing` become pending again,
/// completed ones are removed in small steps once they are old.
///
/// A wall clock may step by a year, so neither is judged by it alone. A row is stuck where its
/// stamp is old, or where it has been seen `processing` for `stuck_after`; and time that only the
/// wall clock says has passed since the first look makes nothing old (nor does a machine's sleep:
/// then rows stay a little longer). Thread rule: one thread. Throws as the registry does.
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
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct FirstLook {
    Instant wall;
    SteadyTime steady;
  };
  struct Sighting {
    std::optional<Instant> since;
    SteadyTime first_seen;
  };

  [[nodiscard]] Instant now_at_most() const;
  std::vector<RowId> find_stuck();
  std::size_t revive_stuck();
  std::size_t remove_old();

  registry::Registry& registry_;
  const Clock& clock_;
  Logger& log_;
  const Duration stuck_after_;
  const Duration retention_;
  std::optional<FirstLook> first_look_;
  std::optional<SteadyTime> tidied_at_;
  std::unordered_map<RowId, Sighting> processing_;  ///< as of the last look
};

}  // namespace replay::supervisor
