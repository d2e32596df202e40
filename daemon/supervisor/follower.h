#pragma once

#include <string>
#include <vector>

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
/// position kept in supervisor_checkpoint. On first adoption it starts at the current end: history
/// is not decided again. Thread rule: one thread.
class Follower {
 public:
  /// Fixes the starting positions, so that whatever is inserted from now on is seen. Throws as the
  /// registry does.
  Follower(registry::Registry& registry, const Clock& clock,
           std::vector<std::string> followed_types);

  /// Looks at what is new, in bounded steps until nothing is.
  registry::FollowOutcome follow();

 private:
  struct Table {
    FollowPosition position;
    std::int64_t stored = 0;  ///< the position on disk
  };
  registry::FollowOutcome follow_some(Table& table, bool& more);

  registry::Registry& registry_;
  const Clock& clock_;
  const std::vector<std::string> types_;
  std::vector<Table> tables_;
};

}  // namespace replay::supervisor
