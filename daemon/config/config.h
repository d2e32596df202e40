#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "http/server.h"
#include "registry/registry.h"
#include "supervisor/supervisor.h"

namespace replay::config {

/// Everything that can be set, as the Options of the components it is for. Defaults are the documented ones.
struct Config {
  registry::Options registry;
  bool supervisor_enabled = true;
  supervisor::Options supervisor;
  std::uint64_t max_backlog = 100'000;                       ///< supervisor.max_backlog, pending events
  std::vector<std::filesystem::path> policy_files;           ///< empty: the shipped default
  std::uint32_t rate_limit_per_minute = 100;                 ///< api.rate_limit.requests_per_minute, 0 = off
  std::chrono::seconds cache_max_age{60};                    ///< api.cache_max_age
  http::ServerOptions web;
  std::string telemetry_path = "/metrics";
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
};

/// Reads a configuration file over the defaults. Throws Error(malformed) with file, line and what to write instead: YAML that
/// does not parse, an unknown key, a value of the wrong kind or out of range, a key whose feature this version does not have.
[[nodiscard]] Config load(const std::filesystem::path& file);
[[nodiscard]] Config parse(std::string_view yaml, const std::string& file_name);

}  // namespace replay::config
