#include <string>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "tests/bench/programs/program.h"
#include "tests/bench/programs/registry_rows.h"

namespace {

int run(int argc, char** argv) {
  CLI::App program("Writes a registry of any size, thirty days of decisions that end now.");
  std::string path;
  replay::bench::Size size;
  program.add_option("path", path, "The file to write; there must be none")
      ->required()
      ->check(CLI::NonexistentPath);
  program.add_option("--audits", size.audits, "Rows of task_audits (default: 10000)");
  program.add_option("--hot-items", size.hot_items, "Trace items of task-hot (default: 5000)");
  program.add_option("--seed", size.seed, "The same seed gives the same rows, but for their times");
  CLI11_PARSE(program, argc, argv);
  size.now = replay::SystemClock().now();
  replay::bench::write_registry(path, size);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return replay::bench::run_program("bench_make_registry", [&] { return run(argc, argv); });
}
