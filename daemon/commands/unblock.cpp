#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "commands/commands.h"
#include "registry/registry.h"

namespace replay::commands {
namespace {

struct Arguments {
  RegistryArguments registry;
  std::string task;
  std::string actor;
  std::string reason;
};

int unblock(const Arguments& arguments) {
  const SystemClock clock;
  Logger log(LogLevel::warn, LogFormat::logfmt);
  registry::Registry registry(registry_options(arguments.registry), log);
  const std::string status = registry.writes().write_now([&](registry::WriteTransaction& tx) {
    return tx.unblock(TaskId(arguments.task), arguments.actor, arguments.reason, clock.now());
  });
  std::cout << "Task " << arguments.task << " is " << status
            << "; the audit row says who and why.\n";
  return 0;
}

}  // namespace

void add_unblock(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand("unblock",
                                             "Let a blocked task go on: its status becomes RUNNING "
                                             "and an audit row records who did it and why.");
  command->footer(
      "Works on the registry itself, with a daemon running or not.\n"
      "Example: decision-replay unblock task-42 --actor ada --reason 'False positive, see INC-7'");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("TASK", arguments->task, "The task's id")->required();
  command->add_option("--actor", arguments->actor, "Who unblocks it")->required();
  command->add_option("--reason", arguments->reason, "Why")->required();
  add_registry_arguments(*command, arguments->registry);
  command->callback([&chosen, arguments] { chosen = [arguments] { return unblock(*arguments); }; });
}

}  // namespace replay::commands
