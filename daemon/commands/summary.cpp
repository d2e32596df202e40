#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands/commands.h"
#include "registry/registry.h"
#include "summary/summarizer.h"
#include "summary/verify.h"
#include "summary/window_stats.h"

namespace replay::commands {
namespace {

using Steady = std::chrono::steady_clock;

int verify(const RegistryArguments& arguments) {
  const SystemClock clock;
  Logger log(LogLevel::warn, LogFormat::logfmt);
  registry::Registry registry(registry_options(arguments), log);
  const summary::Verification result = summary::verify(registry.reads());
  for (const std::string& difference : result.differences) std::cout << difference << '\n';
  if (result.rows_behind > 0) {
    std::cout << "Not compared: " << result.rows_behind << " audit rows that are not folded yet.\n";
  }
  registry.writes().write_now([&](registry::WriteTransaction& tx) {
    tx.set_verified(clock.now(), result.differences.size());
    return true;
  });
  if (result.differences.empty()) {
    std::cout << "The summaries agree with the audit rows: " << result.decisions << " decisions in "
              << result.hours << (result.hours == 1 ? " hour.\n" : " hours.\n");
    return 0;
  }
  std::cout << "The summaries differ from the audit rows in " << result.differences.size()
            << " places; `decision-replay summary rebuild` makes them anew.\n";
  return 1;
}

/// One line on a terminal, written over; nothing where the output is kept.
class Progress {
 public:
  void show(std::uint64_t rows_left) {
    const auto now = Steady::now();
    if (!terminal_ || now - shown_ < kEvery) return;
    shown_ = now;
    std::cerr << kClearLine << rows_left << " audit rows left" << std::flush;
  }
  void clear() const {
    if (terminal_) std::cerr << kClearLine << std::flush;
  }

 private:
  static constexpr std::chrono::milliseconds kEvery{200};
  static constexpr const char* kClearLine = "\r\x1b[K";

  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  Steady::time_point shown_;
};

int rebuild(const RegistryArguments& arguments) {
  const SystemClock clock;
  Logger log(LogLevel::warn, LogFormat::logfmt);
  registry::Registry registry(registry_options(arguments), log);
  const auto started = Steady::now();
  registry.writes().write_now([](registry::WriteTransaction& tx) {
    tx.begin_rebuild();
    return true;
  });
  // A daemon on the same registry does the same work; each step is taken by one of the two.
  summary::Summarizer summarizer(registry, clock, log, [](const auto&) {});
  Progress progress;
  while (summarizer.step()) progress.show(summarizer.stats().rows_behind);
  progress.clear();
  const auto decisions = registry.reads().read_now([](const registry::ReadView& view) {
    return summary::decision_types(view, std::chrono::sys_days{std::chrono::year{1} / 1 / 1}).total;
  });
  const std::chrono::duration<double> took = Steady::now() - started;
  std::cout << "The summaries were rebuilt from the audit rows: " << decisions << " decisions, in "
            << took.count() << " s.\n";
  return 0;
}

}  // namespace

void add_summary(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand(
      "summary", "Check the hourly summaries against the audit rows, or make them anew.");
  command->require_subcommand(1);
  command->footer("Both work beside a running daemon. Example: decision-replay summary verify");
  const auto add = [&](const char* name, const char* what, int (*run)(const RegistryArguments&)) {
    CLI::App* action = command->add_subcommand(name, what);
    const auto arguments = std::make_shared<RegistryArguments>();
    add_registry_arguments(*action, *arguments);
    action->callback(
        [&chosen, arguments, run] { chosen = [arguments, run] { return run(*arguments); }; });
  };
  add("verify", "Recompute every hour from the audit rows; exit 0 only if all agree.", verify);
  add("rebuild",
      "Start the summaries over from the audit rows; what is served meanwhile counts what is done.",
      rebuild);
}

}  // namespace replay::commands
