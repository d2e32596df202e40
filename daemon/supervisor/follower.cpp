#include "supervisor/follower.h"

#include <utility>

#include "base/clock.h"
#include "registry/registry.h"

namespace replay::supervisor {
namespace {

/// Rows looked at per step: one small transaction when all of them are followed.
constexpr std::size_t kRowsPerStep = 500;

/// Rows that are none of ours (our own decisions above all) move the position in memory only; on
/// disk it may lag behind by this much, which a restart reads again. Writing it each time would
/// ring the bell for nothing.
constexpr RowId kMostUnstored = 10'000;

}  // namespace

Follower::Follower(registry::Registry& registry, const Clock& clock,
                   std::vector<std::string> followed_types)
    : registry_(registry), clock_(clock), types_(std::move(followed_types)) {
  for (const std::string name : {"task_audits", "task_events"}) {
    const auto look = [&name](const registry::ReadView& view) {
      if (!view.has_table(name))
        return std::pair(false, std::pair(std::optional<FollowPosition>(), RowId{0}));
      return std::pair(true, std::pair(view.follow_position(name), view.last_row(name)));
    };
    const auto [exists, found] = registry_.reads().read_now(look);
    if (!exists) continue;
    const auto& [stored, end] = found;
    const FollowPosition position = stored.value_or(FollowPosition{name, end});
    if (!stored) {
      registry_.writes().write_now([&](registry::WriteTransaction& tx) {
        tx.set_follow_position(position, clock_.now());
        return true;
      });
    }
    tables_.push_back({position, position.last_seen});
  }
}

registry::FollowOutcome Follower::follow() {
  registry::FollowOutcome all;
  for (Table& table : tables_) {
    bool more = true;
    while (more) {
      const registry::FollowOutcome some = follow_some(table, more);
      all.added += some.added;
      all.unknown_tasks += some.unknown_tasks;
    }
  }
  return all;
}

registry::FollowOutcome Follower::follow_some(Table& table, bool& more) {
  const Instant now = clock_.now();
  FollowPosition position = table.position;
  const std::vector<Event> events = registry_.reads().read_now([&](const registry::ReadView& view) {
    return view.rows_to_follow(position, types_, kRowsPerStep, now);
  });
  more = position.last_seen != table.position.last_seen;
  registry::FollowOutcome outcome;
  if (!events.empty() || position.last_seen - table.stored >= kMostUnstored) {
    outcome = registry_.writes().write_now(
        [&](registry::WriteTransaction& tx) { return tx.follow(events, position, now); });
    table.stored = position.last_seen;
  }
  table.position = position;
  return outcome;
}

}  // namespace replay::supervisor
