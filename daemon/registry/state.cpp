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

void set_state(Connection& connection, std::string_view key, std::int64_t value) {
  Statement set = connection.statement(sql::kSetState);
  set.bind(":key", key).bind(":value", value).execute();
}

}  // namespace replay::registry
