#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "commands/commands.h"
#include "commands/policies.h"
#include "policy/case_file.h"
#include "policy/engine.h"

namespace replay::commands {
namespace {

using Files = std::vector<std::filesystem::path>;

int check(const Files& files) {
  const auto engine = checked_policy(files);
  if (engine == nullptr) return 1;
  std::cout << engine->name() << " is valid: " << engine->stats().size() << " rules\n";
  return 0;
}

/// site.yml for site.cases.yml.
std::filesystem::path policy_beside(const std::string& cases) {
  constexpr std::string_view kEnding = ".cases.yml";
  if (!cases.ends_with(kEnding)) {
    throw Error(ErrorKind::malformed,
                "Say which policy the cases are about with --policy FILE; only "
                "NAME.cases.yml has its NAME.yml beside it.");
  }
  return cases.substr(0, cases.size() - kEnding.size()) + ".yml";
}

int test(const std::string& cases, Files files) {
  if (files.empty()) files.push_back(policy_beside(cases));
  const auto engine = checked_policy(files);
  if (engine == nullptr) return 1;
  const policy::CaseReport report =
      run_cases(*engine, {cases, read_file(cases)}, SystemClock().now());
  for (const policy::Diagnostic& mistake : report.mistakes) std::cerr << to_string(mistake) << '\n';
  for (const std::string& difference : report.differences) std::cout << difference << '\n';
  std::cout << engine->name() << ": " << report.cases << " cases, " << report.differences.size()
            << " decided otherwise\n";
  return report.passed() ? 0 : 1;
}

void add_check(CLI::App& parent, Command& chosen) {
  CLI::App* command = parent.add_subcommand(
      "check", "Say what is wrong with policy files, all mistakes with file, line and column.");
  command->footer(
      "Several files are read as the one policy they add up to.\n"
      "Example: decision-replay policy check policies/default.yml site.yml\n"
      "Exit code 0: valid, 1: refused.");
  const auto files = std::make_shared<Files>();
  command->add_option("FILES", *files, "Policy files, in the order of the configuration")
      ->required();
  command->callback([&chosen, files] { chosen = [files] { return check(*files); }; });
}

void add_test(CLI::App& parent, Command& chosen) {
  CLI::App* command = parent.add_subcommand(
      "test", "Decide the events of a case file and compare with what it expects.");
  command->footer(
      "Example: decision-replay policy test policies/default.cases.yml\n"
      "Exit code 0: every case is decided as expected, 1: some are not, or a file is refused.");
  const auto cases = std::make_shared<std::string>();
  const auto files = std::make_shared<Files>();
  command->add_option("CASES", *cases, "The case file")->required();
  command->add_option("--policy", *files,
                      "The policy files (default: NAME.yml beside NAME.cases.yml)");
  command->callback(
      [&chosen, cases, files] { chosen = [cases, files] { return test(*cases, *files); }; });
}

}  // namespace

void add_policy(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand("policy", "Check, test and explain policies.");
  command->require_subcommand(1);
  add_check(*command, chosen);
  add_test(*command, chosen);
  add_policy_explain(*command, chosen);
}

}  // namespace replay::commands
