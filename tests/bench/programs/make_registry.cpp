#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "tests/bench/programs/registry_rows.h"

namespace {

int run(int argc, char** argv) {
  CLI::App program("Writes a registry of any size, thirty days of decisions that end now.");
  std::string path;
  std::string now;
  replay::bench::Size size;
  program.add_option("path", path, "The file to write; there must be none")
      ->required()
      ->check(CLI::NonexistentPath);
  program.add_option("--audits", size.audits, "Rows of task_audits (default: 10000)");
  program.add_option("--hot-items", size.hot_items, "Trace items of task-hot (default: 5000)");
  program.add_option("--seed", size.seed, "The same seed and --now give the same rows");
  program.add_option("--now", now, "The newest row's time (default: now)");
  CLI11_PARSE(program, argc, argv);
  size.now = replay::parse_instant(now).value_or(replay::SystemClock().now());
  replay::bench::write_registry(path, size);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_make_registry: %s\n", error.what());
    return 1;
  }
}
