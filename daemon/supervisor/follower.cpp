#include "supervisor/follower.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "registry/registry.h"

namespace replay::supervisor {
namespace {

/// Rows looked at per step, as many as are decided in one: a backlog of foreign rows waits in its
/// table and leaves the inbox open for others.
constexpr std::size_t kRowsPerStep = 256;

/// Rows that are none of ours (our own decisions above all) move the position in memory only; on
/// disk it may lag behind by this much, which a restart reads again. Writing it each time would
/// ring the bell for nothing.
constexpr RowId kMostUnstored = 10'000;

/// How often the shape is looked at, and rows per step where it has changed.
constexpr std::chrono::seconds kShapeEvery{2};
constexpr std::size_t kRowsPerLook = 1'000;

/// Looking behind takes at most this part of the time: counting ten million rows takes 150 ms.
constexpr int kRestFactor = 30;

struct Start {
  FollowPosition position;
  bool is_new = false;
};

std::optional<Start> find_start(const registry::ReadView& view, const std::string& table,
                                Instant now) {
  if (!view.has_table(table)) return std::nullopt;
  const auto stored = view.follow_position(table);
  if (stored && stored->adopted_at != Instant::max()) return Start{*stored, false};
  const RowId from = stored ? stored->last_seen : view.last_row(table);
  return Start{{table, from, view.shape(table, from), now, true}, true};
}

void add(registry::FollowOutcome& sum, const registry::FollowOutcome& some) {
  sum.added += some.added;
  sum.unknown_tasks += some.unknown_tasks;
  sum.refused += some.refused;
}

}  // namespace

Follower::Follower(registry::Registry& registry, const Clock& clock,
                   std::vector<std::string> followed_types, Duration reach)
    : registry_(registry), clock_(clock), types_(std::move(followed_types)), reach_(reach) {
  for (const std::string name : {"task_audits", "task_events"}) {
    const Instant now = clock_.now();
    const auto start = registry_.reads().read_now(
        [&](const registry::ReadView& view) { return find_start(view, name, now); });
    if (!start) continue;
    Table& table = tables_.emplace_back();
    table.position = start->position;
    table.stored = table.position.last_seen;
    if (start->is_new) store(table, start->position, {});
  }
}

Follower::Progress Follower::follow() {
  Progress progress;
  for (Table& table : tables_) {
    progress.more = follow_new(table, progress.outcome) || progress.more;
    follow_behind(table, progress.outcome);
  }
  return progress;
}

/// True where rows were found, so that more may be there.
bool Follower::follow_new(Table& table, registry::FollowOutcome& outcome) {
  const Instant now = clock_.now();
  FollowPosition position = table.position;
  bool replaced = false;
  const std::vector<Event> events = registry_.reads().read_now([&](const registry::ReadView& view) {
    // Where the table was cut, ids that were seen come again: that has to be noticed first.
    replaced = view.anchor(position.table, position.last_seen) != position.shape.anchor;
    if (replaced) return std::vector<Event>();
    return view.rows_to_follow(position, types_, kRowsPerStep, now);
  });
  if (replaced) {
    unsettle(table);
    return true;
  }
  const bool moved = position.last_seen != table.position.last_seen;
  if (!events.empty() || position.last_seen - table.stored >= kMostUnstored)
    add(outcome, store(table, position, events));
  table.position = position;
  return moved;
}

void Follower::follow_behind(Table& table, registry::FollowOutcome& outcome) {
  const SteadyTime begin = clock_.steady_now();
  if (begin < table.rest_until) return;
  SteadyTime::duration rest{};
  if (table.look) {
    look_on(table, outcome);
  } else if (!table.position.settled) {
    begin_look(table);
  } else if (has_changed(table)) {
    unsettle(table);
  } else {
    rest = kShapeEvery;
  }
  const SteadyTime end = clock_.steady_now();
  table.rest_until = end + std::max(rest, kRestFactor * (end - begin));
}

bool Follower::has_changed(Table& table) {
  const std::uint64_t rings = registry_.changes().rings();
  if (rings == table.rings) return false;
  const TableShape shape = registry_.reads().read_now([&](const registry::ReadView& view) {
    return view.shape(table.position.table, table.position.last_seen);
  });
  table.rings = rings;
  return shape.differs_from(table.position.shape);
}

/// On disk before anything else: a crash must not forget that there is something to look for.
void Follower::unsettle(Table& table) {
  FollowPosition position = table.position;
  registry_.reads().read_now([&position](const registry::ReadView& view) {
    position.last_seen = std::min(position.last_seen, view.last_row(position.table));
    position.shape.anchor = view.anchor(position.table, position.last_seen);
    return true;
  });
  position.settled = false;
  if (table.position.settled || position.last_seen != table.position.last_seen)
    store(table, position, {});
  table.position = position;
  table.look_again = table.look.has_value();
}

void Follower::begin_look(Table& table) {
  FollowPosition& position = table.position;
  const Instant from = std::max(position.adopted_at, clock_.now() - reach_);
  table.look = registry_.reads().read_now([&](const registry::ReadView& view) {
    position.shape = view.shape(position.table, position.last_seen);
    return view.look_behind(position.table, from, position.last_seen);
  });
}

void Follower::look_on(Table& table, registry::FollowOutcome& outcome) {
  FollowPosition position = table.position;
  LookBehind look = *table.look;
  const Instant now = clock_.now();
  const std::vector<Event> events = registry_.reads().read_now([&](const registry::ReadView& view) {
    return view.rows_behind(position.table, look, types_, kRowsPerLook, now);
  });
  position.settled = look.done && !table.look_again;
  if (!events.empty() || position.settled) {
    registry::FollowOutcome found = store(table, position, events);
    found.refused = 0;  // refused at each look; they were told of when they were new
    add(outcome, found);
  }
  table.look = std::move(look);
  if (!table.look->done) return;
  table.look.reset();
  table.look_again = false;
}

registry::FollowOutcome Follower::store(Table& table, const FollowPosition& position,
                                        const std::vector<Event>& events) {
  registry::FollowOutcome outcome;
  try {
    outcome = write(events, position);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict || events.empty()) throw;
    outcome = store_one_by_one(table.position, events);
    add(outcome, write({}, position));
  }
  table.position = position;
  table.stored = position.last_seen;
  return outcome;
}

/// A trigger of somebody else's that refuses one row may end the transaction of all; the position
/// moves after the last.
registry::FollowOutcome Follower::store_one_by_one(const FollowPosition& before,
                                                   const std::vector<Event>& events) {
  registry::FollowOutcome outcome;
  for (const Event& event : events) {
    try {
      add(outcome, write({event}, before));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::conflict) throw;
      ++outcome.refused;
    }
  }
  return outcome;
}

registry::FollowOutcome Follower::write(const std::vector<Event>& events,
                                        const FollowPosition& position) {
  return registry_.writes().write_now(
      [&](registry::WriteTransaction& tx) { return tx.follow(events, position, clock_.now()); });
}

}  // namespace replay::supervisor
