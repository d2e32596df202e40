#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "commands/alert_rules.h"
#include "commands/commands.h"
#include "commands/policies.h"
#include "config/config.h"
#include "policy/engine.h"

namespace replay::commands {
namespace {

int check(const std::string& file) {
  try {
    const config::Config config = config::load(file);
    if (!config.web_config_file.empty()) config::check_web_config(config.web_config_file);
    (void)load_alert_rules(config.alert_rule_files);
    if (checked_policy(policy_files(config.policy_files)) == nullptr) return 1;
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  std::cout << file << " is valid\n";
  return 0;
}

}  // namespace

void add_check_config(CLI::App& program, Command& chosen) {
  CLI::App* command =
      program.add_subcommand("check-config",
                             "Read a configuration file, the policies and the rule files it names, "
                             "as serve would, and say what is wrong.");
  command->footer(
      "Example: decision-replay check-config /etc/decision-replay/decision-replay.yml\n"
      "Exit code 0: valid, 1: not, with each mistake and its line on standard error.");
  const auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "The configuration file")->required();
  command->callback([&chosen, file] { chosen = [file] { return check(*file); }; });
}

}  // namespace replay::commands
