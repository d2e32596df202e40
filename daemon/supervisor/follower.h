#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/inbox.h"
#include "registry/write_transaction.h"

namespace replay {
class Clock;
}
namespace replay::registry {
class Registry;
}

namespace replay::supervisor {

/// Turns rows that other processes insert into task_audits and task_events into inbox rows, from a
/// position kept in the registry. On first adoption it starts at the current end: history is not
/// decided again.
///
/// Rows may also come behind the position: with an id of their inserter's choice, or one that was
/// used before. They show in the table's shape (how many rows, and which one is the last), which is
/// compared now and then. Where it differs, the rows created since adoption and within `reach` are
/// looked through, a little at a time, and those that are not known are followed too. Thread rule:
/// one thread.
class Follower {
 public:
  /// Fixes the starting positions, so that whatever is inserted from now on is seen. Throws as the
  /// registry does.
  Follower(registry::Registry& registry, const Clock& clock,
           std::vector<std::string> followed_types, Duration reach);

  struct Progress {
    registry::FollowOutcome outcome;
    bool more = false;  ///< there are more new rows already
  };
  /// Takes a bounded step in each table.
  Progress follow();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Table {
    FollowPosition position;
    RowId stored = 0;                ///< last_seen on disk
    std::optional<LookBehind> look;  ///< under way, where the position is not settled
    bool look_again = false;         ///< something changed while a look was under way
    SteadyTime rest_until{};
    std::uint64_t rings = 0;  ///< as of the last look at the shape
  };

  bool follow_new(Table& table, registry::FollowOutcome& outcome);
  void follow_behind(Table& table, registry::FollowOutcome& outcome);
  [[nodiscard]] bool has_changed(Table& table);
  void unsettle(Table& table);
  void begin_look(Table& table);
  void look_on(Table& table, registry::FollowOutcome& outcome);
  registry::FollowOutcome store(Table& table, const FollowPosition& position,
                                const std::vector<Event>& events);
  registry::FollowOutcome store_one_by_one(const FollowPosition& before,
                                           const std::vector<Event>& events);
  registry::FollowOutcome write(const std::vector<Event>& events, const FollowPosition& position);

  registry::Registry& registry_;
  const Clock& clock_;
  const std::vector<std::string> types_;
  const Duration reach_;
  std::vector<Table> tables_;
};

}  // namespace replay::supervisor
