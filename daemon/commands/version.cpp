#include <iostream>

#include <CLI/CLI.hpp>

#include "commands/commands.h"

namespace replay::commands {

std::string version() { return REPLAY_VERSION; }

void add_version(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand("version", "Print the version of this program.");
  command->callback([&chosen] {
    chosen = [] {
      std::cout << "decision-replay " << version() << '\n';
      return 0;
    };
  });
}

}  // namespace replay::commands
