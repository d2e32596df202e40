#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace CLI {
class App;
}

namespace replay::commands {

/// The flags of `serve` as given; empty where not.
struct ServeFlags {
  std::string config_file;
  std::string registry_path;
  std::vector<std::string> listen_addresses;
  std::string telemetry_path;
  std::string web_config_file;
  std::string log_level;
  std::string log_format;
};

/// REQUIRES: `flags` outlives the parsing of the command line.
void add_serve_flags(CLI::App& command, ServeFlags& flags);

/// The configuration file's settings (the defaults where there is none) with the flags over them.
/// Throws Error(malformed) or Error(out_of_range) for what serve must not start with.
[[nodiscard]] config::Config configuration(const ServeFlags& flags);

}  // namespace replay::commands
