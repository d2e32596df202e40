#pragma once

#include <functional>
#include <string>

#include "registry/registry.h"

namespace CLI {
class App;
}

namespace replay::commands {

/// What the command line asks for, ready to run; returns the exit code: 0 done, 1 failed, 2 wrong
/// usage. Throws Error for what cannot be done; main() turns it into one sentence and a code.
using Command = std::function<int()>;

/// Reads the command line. `--help`, `--version` and mistakes become commands too: they print, and
/// return 0 or 2.
[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

// One factory per file: adds the subcommand to the program and, where the user chose it, sets
// `chosen`.
void add_serve(CLI::App& program, Command& chosen);
void add_artifacts(CLI::App& program, Command& chosen);
void add_check_config(CLI::App& program, Command& chosen);
void add_doctor(CLI::App& program, Command& chosen);
void add_unblock(CLI::App& program, Command& chosen);
void add_policy(CLI::App& program, Command& chosen);
void add_policy_explain(CLI::App& policy, Command& chosen);
void add_summary(CLI::App& program, Command& chosen);
void add_version(CLI::App& program, Command& chosen);

/// Where a command that works beside a daemon finds the registry.
struct RegistryArguments {
  std::string config_file;
  std::string registry_path;  ///< wins over the file
};

/// Adds `--registry.path` and `--config.file`. REQUIRES: `arguments` outlives the parsing of the
/// command line.
void add_registry_arguments(CLI::App& command, RegistryArguments& arguments);

/// The registry to open: it must exist, and opening it adds no index. Throws Error(malformed) for a
/// bad configuration file.
[[nodiscard]] registry::Options registry_options(const RegistryArguments& arguments);

/// "0.1.0"
[[nodiscard]] std::string version();

}  // namespace replay::commands
