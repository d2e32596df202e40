#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/time.h"
#include "policy/engine.h"

namespace replay {
class Logger;
}

namespace replay::commands {

/// The policy that ships with the program: installed beside it
/// (`<prefix>/share/decision-replay/policies/default.yml`), else in the source tree it was built
/// from. Throws Error(unavailable) where it is in neither.
[[nodiscard]] std::filesystem::path shipped_policy();

/// The files to load: the configured ones, or the shipped one where none are.
[[nodiscard]] std::vector<std::filesystem::path> policy_files(
    const std::vector<std::filesystem::path>& configured);

/// The policy of exactly these files, for a person at a terminal: everything the loader noticed is
/// printed to standard error. Null where the policy is refused.
[[nodiscard]] std::unique_ptr<policy::Engine> checked_policy(
    const std::vector<std::filesystem::path>& files);

/// The policy of these files. Everything the loader noticed is logged. Throws Error(malformed) with
/// the first mistake.
[[nodiscard]] std::shared_ptr<const policy::Engine> load_policy(
    const std::vector<std::filesystem::path>& configured, Instant now, Logger& log);

}  // namespace replay::commands
