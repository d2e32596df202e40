#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "api/event_parser.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "commands/commands.h"
#include "commands/policies.h"
#include "policy/engine.h"
#include "policy/explanation.h"

namespace replay::commands {
namespace {

constexpr std::size_t kShownDigits = 12;

struct Arguments {
  std::string event;
  std::vector<std::filesystem::path> files;
};

std::string text_of(const std::string& file) {
  if (file != "-") return read_file(file);
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

Event event_of(const std::string& file, Instant now) {
  const api::ParsedEvents parsed = api::parse_events(text_of(file), api::BodyFormat::json, now);
  if (!parsed.rejected.empty()) {
    throw Error(ErrorKind::malformed, file + ": " + parsed.rejected.front().detail);
  }
  if (parsed.events.size() != 1) {
    throw Error(ErrorKind::malformed, file + " holds several events; explain takes one.");
  }
  return parsed.events.front();
}

void print(const policy::RuleTrace& rule) {
  if (!rule.finding) {
    std::cout << "  " << rule.rule << " does not match\n";
    return;
  }
  const Finding& finding = *rule.finding;
  std::cout << "  " << rule.rule << " matches: " << to_string(finding.severity) << ' '
            << to_string(finding.kind) << ", " << finding.message << '\n';
  if (const json::value* pointer = finding.evidence.if_contains("pointer")) {
    std::cout << "    at " << std::string_view(pointer->as_string()) << ": "
              << json::serialize(finding.evidence.at("value")) << '\n';
  }
  if (!finding.suppressed_by.empty()) {
    std::cout << "    does not count: the exception " << finding.suppressed_by << " covers it\n";
  }
  for (const std::string& exception : rule.expired) {
    std::cout << "    the exception " << exception << " would cover it, but has expired\n";
  }
}

void print(const Event& event, const policy::Engine& engine,
           const policy::Explanation& explanation) {
  std::cout << event.id.str() << ", " << event.type << " of " << event.task.str() << '\n'
            << engine.name() << ", sha256 " << engine.sha256().substr(0, kShownDigits) << "\n\n";
  for (const policy::RuleTrace& rule : explanation.rules) print(rule);
  const std::size_t others = engine.stats().size() - explanation.rules.size();
  std::cout << "  (" << others << " of the policy's rules are about other event types)\n\n";
  if (const auto& row = explanation.row) {
    std::cout << "decide, row " << row->event_type << ", "
              << (row->severity ? to_string(*row->severity) : "NONE") << ": "
              << to_string(row->entry) << '\n';
  } else {
    std::cout << "decide has no row for " << event.type << ": ALLOW\n";
  }
  std::cout << to_string(explanation.decision.type) << ". " << explanation.decision.reason << '\n';
}

int explain(const Arguments& arguments) {
  const auto engine = checked_policy(policy_files(arguments.files));
  if (engine == nullptr) return 1;
  const Instant now = SystemClock().now();
  const Event event = event_of(arguments.event, now);
  print(event, *engine, engine->explain(event, {}, now));
  return 0;
}

}  // namespace

void add_policy_explain(CLI::App& policy, Command& chosen) {
  CLI::App* command = policy.add_subcommand(
      "explain",
      "Say how an event would be decided now: which rules match it where, and why that decides.");
  command->footer(
      "The event is JSON as POST /api/governance/events takes it; its task is taken to be new.\n"
      "Example: decision-replay policy explain event.json --policy site.yml\n"
      "Exit code 0: explained, whatever the decision, 1: the policy is refused, 2: it is no "
      "event.");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("EVENT", arguments->event, "A file with the event, or - for standard input")
      ->required();
  command->add_option("--policy", arguments->files,
                      "The policy files (default: the policy that ships)");
  command->callback([&chosen, arguments] { chosen = [arguments] { return explain(*arguments); }; });
}

}  // namespace replay::commands
