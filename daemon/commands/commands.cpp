#include "commands/commands.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/config.h"

namespace replay::commands {
namespace {

constexpr auto kDescription =
    "Decides what agents may do, records why, and serves the record.\n"
    "Runs over an AgentOS registry (SQLite), or over one of its own.\n";

constexpr auto kExamples =
    "Examples:\n"
    "  decision-replay serve                                  a registry of its own, "
    "http://127.0.0.1:8080\n"
    "  decision-replay serve --registry.path store/registry.sqlite\n"
    "  decision-replay doctor --registry.path store/registry.sqlite\n"
    "Each command explains itself: decision-replay serve --help\n";

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  CLI::App program{kDescription, "decision-replay"};
  program.footer(kExamples);
  program.set_version_flag("--version", [] { return "decision-replay " + version(); });
  program.require_subcommand(1);
  program.failure_message([](const CLI::App* app, const CLI::Error& mistake) {
    // CLI11 asks for a subcommand even where one was given that does not exist.
    const std::vector<std::string> unknown = app->remaining();
    const std::string what =
        unknown.empty() ? mistake.what() : "There is no command or option " + unknown.front();
    return "decision-replay: " + what + "; see decision-replay --help\n";
  });

  Command chosen;
  for (const auto add : {add_serve, add_check_config, add_doctor, add_unblock, add_policy,
                         add_summary, add_artifacts, add_version}) {
    add(program, chosen);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {
    const int code = program.exit(outcome);
    return [code] { return code == 0 ? 0 : 2; };
  }
  return chosen;
}

void add_registry_arguments(CLI::App& command, RegistryArguments& arguments) {
  command.add_option("--registry.path", arguments.registry_path,
                     "The registry, if not the configured one (default: store/registry.sqlite)");
  command.add_option("--config.file", arguments.config_file,
                     "The daemon's configuration, to find its registry");
}

registry::Options registry_options(const RegistryArguments& arguments) {
  registry::Options options = arguments.config_file.empty()
                                  ? registry::Options{}
                                  : config::load(arguments.config_file).registry;
  if (!arguments.registry_path.empty()) options.path = arguments.registry_path;
  options.create = false;
  options.manage_indexes = false;
  return options;
}

}  // namespace replay::commands
