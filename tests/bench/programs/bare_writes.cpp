#include <algorithm>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <SQLiteCpp/SQLiteCpp.h>

#include "base/clock.h"
#include "registry/connection.h"
#include "registry/schema.h"
#include "registry/sql.h"
#include "supervisor/batch.h"
#include "tests/bench/programs/event_stream.h"
#include "tests/bench/programs/latencies.h"
#include "tests/bench/programs/program.h"

namespace replay::bench {
namespace {

namespace sql = registry::sql;
using registry::Connection;
using registry::Statement;

/// An event with everything that the daemon writes of it, made beforehand.
struct Row {
  NewTask task;
  DecisionRecord record;
  std::string payload;  ///< of the audit
};

/// Decided by the daemon's own code and default policy, so that the rows are the daemon's.
std::vector<Row> decided_rows(const std::string& prefix, std::size_t count) {
  const SystemClock clock;
  const auto policy = policy::load({REPLAY_SOURCE_DIR "/policies/default.yml"}, clock.now());
  std::vector<Row> rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    PendingEvent pending;
    pending.event = event_number(prefix, i, clock.now());
    pending.task.exists = true;
    pending.task.status = i % kEventsPerTask == 0 ? "PENDING" : "VERIFYING";
    auto verdicts = supervisor::decide_task({pending}, *policy.engine, clock, {});
    auto& record = std::get<DecisionRecord>(verdicts.front());
    NewTask task = NewTask::from_payload(record.event.payload);
    std::string payload = audit_payload(record, record.new_status.has_value());
    rows.push_back({std::move(task), std::move(record), std::move(payload)});
  }
  return rows;
}

class Writes {
 public:
  explicit Writes(Connection& connection) : connection_(connection) {}

  /// What `count` events write, in one transaction.
  void commit(std::span<Row> rows) {
    connection_.exec("BEGIN IMMEDIATE");
    for (Row& row : rows) accept(row);
    for (const Row& row : rows) record(row);
    connection_.exec("COMMIT");
  }

 private:
  void accept(Row& row) {
    const Event& event = row.record.event;
    const bool known =
        run(sql::kKnowsEvent, [&](Statement& s) { s.bind(":event", event.id.str()); });
    if (known) throw std::runtime_error("the registry knows the events already: another --prefix");
    if (!task_exists(event)) create_task(row);
    run(sql::kInsertInbox, [&](Statement& s) {
      s.bind(":event", event.id.str()).bind(":task", event.task.str()).bind(":type", event.type);
      s.bind(":source", to_string(event.source)).bind(":payload", event.payload);
      s.bind(":now", event.ts).bind(":status", "pending");
    });
    row.record.inbox_row = connection_.database().getLastInsertRowid();
    run(sql::kPutEventTime,
        [&](Statement& s) { s.bind(":event", event.id.str()).bind(":ts", to_micros(event.ts)); });
  }

  bool task_exists(const Event& event) {
    return run(sql::kTaskState, [&](Statement& s) { s.bind(":task", event.task.str()); });
  }

  void create_task(const Row& row) {
    const Event& event = row.record.event;
    run(sql::kInsertTask, [&](Statement& s) {
      s.bind(":task", event.task.str()).bind(":status", "PENDING").bind(":now", event.ts);
    });
    run(sql::kDescribeTask, [&](Statement& s) {
      s.bind(":task", event.task.str()).bind_if(":session", row.task.session_id);
      s.bind_if(":title", row.task.title).bind_if(":by", row.task.created_by);
      s.bind_if(":metadata", row.task.metadata);
    });
  }

  void record(const Row& row) {
    const DecisionRecord& record = row.record;
    const std::string& event = record.event.id.str();
    const Instant now = record.processed_at;
    run(sql::kCompleteEvent, [&](Statement& s) {
      s.bind(":row", record.inbox_row).bind(":event", event).bind(":now", now);
    });
    run(sql::kDropEventTime, [&](Statement& s) { s.bind(":event", event); });
    if (record.new_status && task_exists(record.event)) {
      run(sql::kSetTaskStatus, [&](Statement& s) {
        s.bind(":task", record.event.task.str()).bind(":status", *record.new_status);
        s.bind(":now", now);
      });
    }
    run(sql::kInsertDecision, [&](Statement& s) {
      s.bind(":task", record.event.task.str()).bind(":level", "info");
      s.bind(":type", audit_event_type(record.decision.type)).bind(":payload", row.payload);
      s.bind(":now", now).bind(":decision", record.id.str()).bind(":source_ts", record.event.ts);
    });
    summarise(record, connection_.database().getLastInsertRowid());
  }

  /// The fact; hours are few, whatever the number of decisions.
  void summarise(const DecisionRecord& record, RowId audit_row) {
    const std::string_view type = *decision_type_of(audit_event_type(record.decision.type));
    run(sql::kPutFact, [&](Statement& s) {
      s.bind(":at", to_micros(record.processed_at)).bind(":row", audit_row).bind(":type", type);
      s.bind(":lag", to_micros(record.processed_at) - to_micros(record.event.ts));
      s.bind(":from_columns", std::int64_t{1});
    });
  }

  /// Whether there was a row.
  template <class Bind>
  bool run(const char* text, Bind bind) {
    Statement statement = connection_.statement(text);
    bind(statement);
    return statement.step();
  }

  Connection& connection_;
};

void write(const std::string& path, const std::string& prefix, std::size_t events,
           std::size_t group) {
  std::vector<Row> rows = decided_rows(prefix, events);
  const SQLite::Database probe(path, SQLite::OPEN_READONLY);
  const registry::Schema schema(probe);
  Connection connection(path, schema, Connection::Access::read_write);
  Writes writes(connection);
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  for (std::size_t i = 0; i < rows.size(); i += group) {
    writes.commit(std::span(rows).subspan(i, std::min(group, rows.size() - i)));
  }
  std::printf("{\"events\": %zu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n", rows.size(),
              seconds_since(start), cpu_seconds() - cpu);
}

int run(int argc, char** argv) {
  CLI::App program(
      "Writes what the daemon writes for a stream of events, with its statements and no daemon.");
  std::string path;
  std::string prefix = "bare";
  std::size_t events = 10'000;
  std::size_t group = 100;
  program.add_option("registry", path, "One that the daemon has adopted")->required();
  program.add_option("--prefix", prefix, "Of the events' ids");
  program.add_option("--events", events);
  program.add_option("--group", group, "Events a transaction");
  CLI11_PARSE(program, argc, argv);
  write(path, prefix, events, group);
  return 0;
}

}  // namespace
}  // namespace replay::bench

int main(int argc, char** argv) {
  return replay::bench::run_program("bench_bare_writes",
                                    [&] { return replay::bench::run(argc, argv); });
}
