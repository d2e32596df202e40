#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/alerting.h"
#include "base/log.h"
#include "http/server.h"
#include "registry/registry.h"
#include "supervisor/supervisor.h"

namespace replay::config {

/// Everything that can be set, as the Options of the components it is for. Defaults are the
/// documented ones.
struct Config {
  Config() { web.addresses.push_back(http::ListenAddress::parse("127.0.0.1:8080")); }

  registry::Options registry;
  bool supervisor_enabled = true;
  supervisor::Options supervisor;
  std::uint64_t max_backlog = 100'000;              ///< supervisor.max_backlog, pending events
  std::vector<std::filesystem::path> policy_files;  ///< empty: the shipped default
  std::uint32_t rate_limit_per_minute = 100;        ///< api.rate_limit.requests_per_minute, 0 = off
  std::chrono::seconds cache_max_age{60};           ///< api.cache_max_age
  alerting::Options alerting;
  std::vector<std::filesystem::path> alert_rule_files;  ///< empty: the shipped one
  http::ServerOptions web;
  std::filesystem::path web_config_file;  ///< empty: none
  std::string telemetry_path = "/metrics";
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
};

/// Reads a configuration file over the defaults. Paths of files it names are relative to its own
/// directory, but registry.path, like the flag, to the working directory. Throws Error(malformed)
/// with file, line and what to write instead: YAML that does not parse, an unknown key, a value of
/// the wrong kind or out of range, a key whose feature this version does not have. Throws
/// Error(unavailable) where the file cannot be read.
[[nodiscard]] Config load(const std::filesystem::path& file);
[[nodiscard]] Config parse(std::string_view yaml, const std::filesystem::path& file);

/// Every key a configuration file may hold, "registry.path" …
[[nodiscard]] std::vector<std::string> keys();

/// An address to listen on. Throws Error(malformed) for one that cannot be read,
/// Error(out_of_range) for one that other machines reach: without authentication nobody but this
/// host may decide and unblock.
[[nodiscard]] http::ListenAddress listen_address(std::string_view text);

/// Reads a web configuration file (exporter-toolkit's format). This version serves plain HTTP on
/// loopback only, so the file must be empty: throws Error(malformed) naming the first key,
/// Error(unavailable) where it cannot be read.
void check_web_config(const std::filesystem::path& file);

}  // namespace replay::config
