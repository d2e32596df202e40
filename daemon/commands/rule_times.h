#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "model/event.h"
#include "policy/engine.h"

namespace replay::commands {

/// How long one rule takes to look at an event.
struct RuleTime {
  std::string rule;
  double mean_microseconds = 0;
  std::uint64_t evaluations = 0;
};

/// The rules that take longest for these events, slowest first; at most `most`, and none that
/// looks at none of them. Events that cannot be decided are left out.
[[nodiscard]] std::vector<RuleTime> slowest_rules(const policy::Engine& engine,
                                                  const std::vector<Event>& events, Instant now,
                                                  std::size_t most);

}  // namespace replay::commands
