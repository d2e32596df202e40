#include <cstdint>
#include <cstdio>
#include <limits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "registry/connection.h"
#include "registry/schema.h"
#include "registry/sql.h"
#include "tests/bench/programs/latencies.h"
#include "tests/bench/programs/program.h"

namespace replay::bench {
namespace {

/// Steps through every audit by the daemon's own statement and reads every column.
void scan(const char* path) {
  const SQLite::Database probe(path, SQLite::OPEN_READONLY);
  const registry::Schema schema(probe);
  registry::Connection connection(path, schema, registry::Connection::Access::read_only);
  SQLite::Statement& rows = connection.prepared(registry::sql::kAuditsAbove);
  rows.bind(":row", std::numeric_limits<std::int64_t>::min());
  rows.bind(":limit", std::numeric_limits<std::int64_t>::max());

  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (; rows.executeStep(); ++count) {
    for (int column = 0; column < rows.getColumnCount(); ++column) {
      bytes += static_cast<std::size_t>(rows.getColumn(column).getBytes());
    }
  }
  std::printf("{\"rows\": %zu, \"bytes\": %zu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n", count,
              bytes, seconds_since(start), cpu_seconds() - cpu);
}

}  // namespace
}  // namespace replay::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bench_scan REGISTRY\n", stderr);
    return 2;
  }
  return replay::bench::run_program("bench_scan", [&] {
    replay::bench::scan(argv[1]);
    return 0;
  });
}
