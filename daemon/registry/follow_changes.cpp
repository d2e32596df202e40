#include <SQLiteCpp/Exception.h>

#include "registry/connection.h"
#include "registry/sql.h"
#include "registry/state.h"
#include "registry/write_transaction.h"

namespace replay::registry {

FollowOutcome WriteTransaction::follow(const std::vector<Event>& events,
                                       const FollowPosition& position, Instant now) {
  FollowOutcome outcome;
  for (const Event& event : events) {
    try {
      follow_one(event, now, outcome);
    } catch (const SQLite::Exception& failure) {
      if (!is_refusal(failure, connection_)) throw;
      ++outcome.refused;
    }
  }
  set_follow_position(position, now);
  return outcome;
}

void WriteTransaction::follow_one(const Event& event, Instant now, FollowOutcome& outcome) {
  const auto failure =
      task_exists(event.task) ? std::nullopt : std::optional<std::string>("unknown task");
  if (!put_into_inbox(event, now, failure)) return;
  ++outcome.added;
  if (failure) {
    ++outcome.unknown_tasks;
  } else {
    put_event_time(event);
  }
}

void WriteTransaction::set_follow_position(const FollowPosition& position, Instant now) {
  {
    Statement set = connection_.statement(sql::kSetFollowPosition);
    set.bind(":source", follow_source(position.table))
        .bind(":row", position.last_seen)
        .bind(":now", now)
        .execute();
  }
  const auto remember = [&](std::string_view what, std::int64_t value) {
    set_state(connection_, follow_key(position.table, what), value);
  };
  remember("rows", position.shape.rows ? static_cast<std::int64_t>(*position.shape.rows) : -1);
  remember("anchor", position.shape.anchor.value_or(0));
  remember("adopted_at", to_micros(position.adopted_at));
  remember("settled", position.settled ? 1 : 0);
}

}  // namespace replay::registry
