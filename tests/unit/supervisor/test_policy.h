#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "policy/engine.h"

namespace replay::testing {

/// Blocks what says "danger", pauses what says "odd", allows the rest; failures that say "timeout"
/// may be retried.
inline std::shared_ptr<const policy::Engine> test_policy(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "policy.yml";
  std::ofstream(file) << R"(
policy: test
version: 1
rules:
  - id: DANGER
    on: ["TASK_*"]
    when: {pointer: /command, contains: danger}
    finding: {kind: REDLINE, severity: HIGH, message: "Dangerous"}
  - id: ODD
    on: ["TASK_*"]
    when: {pointer: /command, contains: odd}
    finding: {kind: RISK, severity: LOW, message: "Odd"}
decide:
  TASK_CREATED: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: PAUSE, LOW: PAUSE, NONE: ALLOW}
  TASK_STEP_COMPLETED: {CRITICAL: PAUSE, HIGH: PAUSE, MEDIUM: ALLOW, LOW: ALLOW, NONE: ALLOW}
)";
  auto loaded = policy::load({file}, Instant{});
  if (!loaded.engine) throw std::runtime_error(policy::to_string(loaded.diagnostics.front()));
  return std::move(loaded.engine);
}

}  // namespace replay::testing
