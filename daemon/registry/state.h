#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace replay::registry {

class Connection;

/// The table decision_replay_state, whole: it has a handful of rows.
using State = std::map<std::string, std::int64_t, std::less<>>;
[[nodiscard]] State read_state(Connection& connection);
[[nodiscard]] std::optional<std::int64_t> value_of(const State& state, std::string_view key);
/// nullopt removes the key.
void set_state(Connection& connection, std::string_view key, std::optional<std::int64_t> value);

/// The name of our own row in supervisor_checkpoint: AgentOS's supervisor keeps one named after the
/// table itself.
[[nodiscard]] inline std::string follow_source(std::string_view table) {
  return "decision-replay:" + std::string(table);
}

/// The key under which a part of the follower's position is kept: the checkpoint's own columns have
/// no room for it, and not every registry's has more.
[[nodiscard]] inline std::string follow_key(std::string_view table, std::string_view what) {
  return "follow:" + std::string(table) + ":" + std::string(what);
}

}  // namespace replay::registry
