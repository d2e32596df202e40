#include "registry/state.h"

#include "registry/connection.h"
#include "registry/sql.h"

namespace replay::registry {

State read_state(Connection& connection) {
  State state;
  Statement rows = connection.statement(sql::kState);
  while (rows.step()) state[rows.text("key")] = rows.integer("value");
  return state;
}

std::optional<std::int64_t> value_of(const State& state, std::string_view key) {
  const auto found = state.find(key);
  return found == state.end() ? std::nullopt : std::optional(found->second);
}

void set_state(Connection& connection, std::string_view key, std::optional<std::int64_t> value) {
  Statement set = connection.statement(value ? sql::kSetState : sql::kDropState);
  set.bind(":key", key);
  if (value) set.bind(":value", *value);
  set.execute();
}

}  // namespace replay::registry
