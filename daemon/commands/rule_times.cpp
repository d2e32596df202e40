#include "commands/rule_times.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "model/decision.h"

namespace replay::commands {

std::vector<RuleTime> slowest_rules(const policy::Engine& engine, const std::vector<Event>& events,
                                    Instant now, std::size_t most) {
  for (const Event& event : events) {
    try {
      (void)engine.decide(event, DecisionInputs{}, now);
    } catch (const Error&) {
      continue;  // a payload that is no object: no rule looks at it
    }
  }
  std::vector<RuleTime> times;
  for (const policy::RuleStats& rule : engine.stats()) {
    if (rule.evaluations == 0) continue;
    const std::chrono::duration<double, std::micro> total = rule.time;
    times.push_back({.rule = rule.rule,
                     .mean_microseconds = total.count() / static_cast<double>(rule.evaluations),
                     .evaluations = rule.evaluations});
  }
  std::ranges::sort(times, std::ranges::greater(), &RuleTime::mean_microseconds);
  times.resize(std::min(times.size(), most));
  return times;
}

}  // namespace replay::commands
