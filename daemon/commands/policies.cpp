#include "commands/policies.h"

#include <array>
#include <iostream>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

namespace replay::commands {

std::filesystem::path shipped_policy() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const std::array places{
      program.parent_path().parent_path() / "share/decision-replay/policies/default.yml",
      std::filesystem::path(REPLAY_SOURCE_DIR) / "policies/default.yml",
  };
  std::error_code error;
  for (const auto& place : places) {
    if (std::filesystem::exists(place, error)) return place;
  }
  throw Error(ErrorKind::unavailable, "The shipped policy is missing (" + places.front().string() +
                                          "); install it again or set policy.files.");
}

std::vector<std::filesystem::path> policy_files(
    const std::vector<std::filesystem::path>& configured) {
  return configured.empty() ? std::vector{shipped_policy()} : configured;
}

std::unique_ptr<policy::Engine> checked_policy(const std::vector<std::filesystem::path>& files) {
  policy::LoadResult result = policy::load(files, SystemClock().now());
  for (const policy::Diagnostic& diagnostic : result.diagnostics) {
    std::cerr << to_string(diagnostic) << '\n';
  }
  return std::move(result.engine);
}

std::shared_ptr<const policy::Engine> load_policy(
    const std::vector<std::filesystem::path>& configured, Instant now, Logger& log) {
  policy::LoadResult result = policy::load(policy_files(configured), now);
  const policy::Diagnostic* mistake = nullptr;
  for (const policy::Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.level == policy::Diagnostic::Level::warning) {
      log.warn(
          "policy",
          {{"file", diagnostic.file}, {"line", diagnostic.line}, {"reason", diagnostic.message}});
      continue;
    }
    log.error(
        "policy refused",
        {{"file", diagnostic.file}, {"line", diagnostic.line}, {"reason", diagnostic.message}});
    if (mistake == nullptr) mistake = &diagnostic;
  }
  if (mistake != nullptr) throw Error(ErrorKind::malformed, to_string(*mistake));
  return std::move(result.engine);
}

}  // namespace replay::commands
