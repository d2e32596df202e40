#include <chrono>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/diagnosis.h"
#include "commands/policies.h"
#include "commands/rule_times.h"
#include "config/config.h"
#include "policy/engine.h"
#include "registry/registry.h"
#include "summary/unlisted_flaws.h"

namespace replay::commands {
namespace {

constexpr std::size_t kListedRows = 20;
constexpr std::size_t kTimedEvents = 200;
constexpr std::size_t kListedRules = 3;

struct Arguments {
  RegistryArguments registry;
  bool fix = false;
  bool json = false;
};

/// One part of an examination: what a damaged page keeps it from leaves the others to be found.
template <class Part>
void unless_damaged(registry::Registry& registry, Condition& condition, Part part) {
  const std::uint64_t before = registry.reads().stats().damaged;
  try {
    part();
  } catch (const Error&) {
    const registry::ReadStats stats = registry.reads().stats();
    if (stats.damaged == before) throw;
    condition.damage = stats.damage;
  }
}

void add_unlisted_flaws(registry::Registry& registry, Condition& condition) {
  FoldState folded;
  std::optional<EventScanState> scanned;
  registry.reads().read_now([&](const registry::ReadView& view) {
    condition.flawed_rows = view.flawed_rows(kListedRows);
    folded = view.fold_state();
    scanned = view.event_scan_state();
    return true;
  });
  const summary::Flaws unlisted =
      summary::unlisted_flaws(registry.reads(), folded, scanned, kListedRows);
  for (const auto& [kind, rows] : unlisted.counts) condition.integrity.flaws[kind] += rows;
  condition.flawed_rows.insert(condition.flawed_rows.end(), unlisted.examples.begin(),
                               unlisted.examples.end());
}

Condition examine(registry::Registry& registry, bool was_in_wal_mode, const Clock& clock) {
  Condition condition;
  condition.registry = registry.path();
  condition.was_in_wal_mode = was_in_wal_mode;
  const Instant now = clock.now();
  condition.integrity.checked_at = now;
  const auto read_part = [&](auto& into, auto question) {
    unless_damaged(registry, condition, [&] { into = registry.reads().read_now(question); });
  };
  read_part(condition.integrity,
            [now](const registry::ReadView& view) { return view.integrity(now); });
  read_part(condition.inbox,
            [now](const registry::ReadView& view) { return view.inbox_counts(now); });
  read_part(condition.database_bytes,
            [](const registry::ReadView& view) { return view.sizes().database_bytes; });
  unless_damaged(registry, condition, [&] { add_unlisted_flaws(registry, condition); });
  std::error_code missing;
  const auto wal_bytes = std::filesystem::file_size(registry.path().string() + "-wal", missing);
  if (!missing) condition.wal_bytes = wal_bytes;
  return condition;
}

/// Every page, so that what no query has met yet is found too. One long read: last, and once.
void check_pages(registry::Registry& registry, Condition& condition) {
  std::optional<std::string> damage;
  unless_damaged(registry, condition, [&] {
    damage =
        registry.reads().read_now([](const registry::ReadView& view) { return view.damage(); });
  });
  if (damage) condition.damage = "The registry file is damaged (" + *damage + ").";
}

/// Drops what breaks other people's inserts before anything else, then adds what is missing, one
/// transaction each.
void fix_indexes(registry::Registry& registry, const Condition& condition) {
  const Integrity& integrity = condition.integrity;
  const std::chrono::seconds wait = index_wait(condition.database_bytes);
  for (const std::string& name : integrity.harmful_indexes) {
    std::cerr << "Dropping the index " << name << " ...\n";
    registry.writes().write_now([&](registry::WriteTransaction& tx) {
      tx.drop_index(name);
      return true;
    });
  }
  for (const std::string& name : integrity.missing_indexes) {
    std::cerr << "Creating the index " << name << ", other writers wait for about " << wait.count()
              << " s ...\n";
    registry.writes().write_now([&](registry::WriteTransaction& tx) {
      tx.create_index(name);
      return true;
    });
  }
}

/// The slowest rules of the policy in the configuration, on the inbox's newest events. What keeps a
/// policy from loading is `policy check`'s to explain: here it is only said that nothing was timed.
std::vector<RuleTime> time_rules(registry::Registry& registry, const std::string& config_file,
                                 const Clock& clock) {
  try {
    const std::vector<Event> events =
        registry.reads().read_now([&](const registry::ReadView& view) {
          return view.newest_events(kTimedEvents, clock.now());
        });
    if (events.empty()) return {};
    const auto configured = config_file.empty() ? std::vector<std::filesystem::path>{}
                                                : config::load(config_file).policy_files;
    const auto engine = policy::load(policy_files(configured), clock.now()).engine;
    if (engine != nullptr) return slowest_rules(*engine, events, clock.now(), kListedRules);
    std::cerr << "The rules were not timed: the policy has mistakes; see policy check.\n";
  } catch (const Error& error) {
    std::cerr << "The rules were not timed: " << error.what() << '\n';
  }
  return {};
}

void print_json(const Condition& condition, const std::vector<Finding>& findings,
                const std::vector<RuleTime>& slowest) {
  json::array list;
  for (const Finding& finding : findings) {
    list.push_back({{"code", finding.code},
                    {"what", finding.what},
                    {"meaning", finding.meaning},
                    {"remedy", finding.remedy}});
  }
  json::array rules;
  for (const RuleTime& rule : slowest) {
    rules.push_back({{"rule", rule.rule},
                     {"mean_us", rule.mean_microseconds},
                     {"evaluations", rule.evaluations}});
  }
  const json::object report{{"registry", condition.registry.string()},
                            {"checked_at", format_instant(condition.integrity.checked_at)},
                            {"findings", std::move(list)},
                            {"slowest_rules", std::move(rules)}};
  std::cout << json::serialize(report) << '\n';
}

void print_text(const Condition& condition, const std::vector<Finding>& findings,
                const std::vector<RuleTime>& slowest) {
  for (const Finding& finding : findings) {
    std::cout << finding.what << '\n'
              << "  " << finding.meaning << '\n'
              << "  " << finding.remedy << "\n\n";
  }
  if (!slowest.empty()) {
    std::cout << "The policy's slowest rules, on the newest events of the inbox:\n";
    for (const RuleTime& rule : slowest) {
      std::cout << "  " << rule.rule << "  " << std::fixed << std::setprecision(1)
                << rule.mean_microseconds << " µs on average of " << rule.evaluations << '\n';
    }
    std::cout << '\n';
  }
  const std::string registry = condition.registry.string();
  if (findings.empty()) {
    std::cout << registry << ": nothing is wrong.\n";
  } else {
    std::cout << registry << ": " << findings.size()
              << (findings.size() == 1 ? " finding.\n" : " findings.\n");
  }
}

int doctor(const Arguments& arguments) {
  const SystemClock clock;
  Logger log(LogLevel::error, LogFormat::logfmt);
  const registry::Options options = registry_options(arguments.registry);
  const bool was_in_wal_mode = in_wal_mode(options.path);
  registry::Registry registry(options, log);

  Condition condition = examine(registry, was_in_wal_mode, clock);
  if (arguments.fix) {
    fix_indexes(registry, condition);
    condition = examine(registry, was_in_wal_mode, clock);
  }
  check_pages(registry, condition);
  const std::vector<Finding> findings = diagnose(condition);
  const std::vector<RuleTime> slowest = time_rules(registry, arguments.registry.config_file, clock);
  if (arguments.json) {
    print_json(condition, findings, slowest);
  } else {
    print_text(condition, findings, slowest);
  }
  return findings.empty() ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand(
      "doctor",
      "Examine a registry: indexes, orphans, unreadable rows, backlog, summaries, journal.");
  command->footer(
      "Says of each finding what it is, what it means, and the command that mends it. Works beside "
      "a running daemon. Also names the rules of the policy that take longest for the newest "
      "events.\n"
      "Exit code 0: nothing is wrong, 1: something is.\n"
      "Example: decision-replay doctor --registry.path store/registry.sqlite --fix");
  const auto arguments = std::make_shared<Arguments>();
  add_registry_arguments(*command, arguments->registry);
  command->add_flag("--fix", arguments->fix, "Create missing indexes and drop harmful ones");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([&chosen, arguments] { chosen = [arguments] { return doctor(*arguments); }; });
}

}  // namespace replay::commands
