#include "tests/bench/programs/registry_rows.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include "tests/bench/programs/payloads.h"
#include "tests/support/registry_builder.h"

namespace replay::bench {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr days kSpan{30};
constexpr std::size_t kAuditsPerTask = 50;
constexpr std::size_t kEventsPerTask = 5;
constexpr std::size_t kAuditsPerInboxRow = 20;
/// The inbox's rows are younger than the daemon keeps them, so that it has nothing to tidy up.
constexpr days kInboxSpan{6};
constexpr std::size_t kHotPayloadBytes = 900;
constexpr double kDecisionShare = 0.7;

constexpr std::array<std::string_view, 6> kOtherTypes{"TASK_STEP_COMPLETED", "TASK_STEP_COMPLETED",
                                                      "TASK_CREATED",        "plan_approved",
                                                      "run_started",         "commit_created"};
constexpr std::array<std::string_view, 8> kTaskStatuses{"RUNNING", "running", "DONE",      "done",
                                                        "FAILED",  "PENDING", "verifying", "DONE"};
constexpr std::array<std::string_view, 3> kEventTypes{"work_item_start", "work_item_progress",
                                                      "work_item_complete"};

std::string padded(const char* format, std::size_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

std::string task_name(std::size_t index) { return padded("task-%06zu", index); }

/// Median 0.15 s, 95th percentile about 1.1 s, and a tail of minutes.
Duration lag(Dice& dice) {
  constexpr double kTau = 6.283185307179586;
  const double normal =
      std::sqrt(-2.0 * std::log(1.0 - dice.share())) * std::cos(kTau * dice.share());
  const double length = std::min(0.15 * std::exp(1.2 * normal), 600.0);
  return Duration{static_cast<std::int64_t>(length * 1e6)};
}

class Rows {
 public:
  Rows(const std::filesystem::path& path, const Size& size)
      : size_(size),
        tasks_(std::max<std::size_t>(4, size.audits / kAuditsPerTask)),
        dice_(size.seed),
        db_(path.string(), SQLite::OPEN_READWRITE) {
    db_.exec("PRAGMA synchronous = OFF");
    db_.exec("PRAGMA journal_mode = OFF");
    db_.exec("PRAGMA cache_size = -262144");
  }

  void write() {
    SQLite::Transaction all(db_);
    tasks();
    audits();
    events();
    inbox();
    all.commit();
    db_.exec("PRAGMA journal_mode = WAL");
  }

 private:
  /// Row i of n: spread evenly, rows and time growing together.
  [[nodiscard]] Instant instant_of(std::size_t i, std::size_t n, Duration span) const {
    const double share = static_cast<double>(i + 1) / static_cast<double>(n);
    return size_.now - span +
           Duration{static_cast<std::int64_t>(share * static_cast<double>(span.count()))};
  }

  void tasks() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO tasks (task_id, title, status, created_at, updated_at, created_by, metadata) "
        "VALUES (?, ?, ?, ?, ?, 'system', '{\"retry_count\": 1, \"max_retries\": 3}')");
    for (std::size_t i = 0; i <= tasks_; ++i) {
      const std::string id = i < tasks_ ? task_name(i) : kHotTask;
      const bool blocked = i < tasks_ && dice_.below(25) == 0;
      const std::string status(blocked ? "BLOCKED" : dice_.one_of(kTaskStatuses));
      const std::string created = format_instant(size_.now - kSpan);
      insert.reset();
      SQLite::bind(insert, id, "Task " + id, status, created, created);
      insert.exec();
    }
  }

  void audits() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO task_audits (task_id, repo_id, level, event_type, payload, created_at, "
        "decision_id, source_event_ts, supervisor_processed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
        "?)");
    const std::size_t hot = std::min(size_.hot_items / 2, size_.audits / 2);
    for (std::size_t i = 0, hot_done = 0; i < size_.audits; ++i) {
      const bool is_hot = hot > 0 && i == hot_done * size_.audits / hot;
      if (is_hot) ++hot_done;
      audit(insert, i, is_hot);
    }
  }

  void audit(SQLite::Statement& insert, std::size_t i, bool is_hot) {
    const double u = dice_.share();
    const auto index = static_cast<std::size_t>(static_cast<double>(tasks_) * u * u);
    const Instant created = instant_of(i, size_.audits, kSpan);
    insert.reset();
    insert.clearBindings();
    insert.bind(1, is_hot ? kHotTask : task_name(index));
    if (index % 3 == 0) insert.bind(2, padded("repo-%02zu", index % 20));
    insert.bind(6, format_instant(created));
    if (is_hot || dice_.share() < kDecisionShare) {
      decision(insert, i, created - milliseconds{1});
    } else {
      insert.bind(3, "info");
      insert.bind(4, std::string(dice_.one_of(kOtherTypes)));
      insert.bind(5, other_payload(dice_));
    }
    insert.exec();
  }

  void decision(SQLite::Statement& insert, std::size_t i, Instant processed) {
    const DecisionKind& kind = decision_kind(dice_);
    const Duration waited = lag(dice_);
    const std::string id = padded("dec-%08zx", i + 1) + padded("%04zx", dice_.below(65'536));
    const std::string event_id = padded("evt-%08zx", i + 1);
    const std::string source_ts = format_instant(processed - waited);
    const std::string processed_ts = format_instant(processed);
    const auto lag_ms = std::chrono::duration_cast<milliseconds>(waited).count();
    insert.bind(3, std::string(kind.level));
    insert.bind(4, std::string(kind.event_type));
    insert.bind(5, decision_payload(kind, {id, event_id, source_ts, processed_ts, lag_ms}, dice_));
    insert.bind(7, id);
    insert.bind(8, source_ts);
    insert.bind(9, processed_ts);
  }

  void events() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO task_events (task_id, event_type, phase, actor, span_id, seq, payload, "
        "created_at) VALUES (?, ?, 'executing', 'worker', ?, ?, ?, ?)");
    const std::size_t hot = size_.hot_items / 2;
    const std::size_t ordinary = tasks_ * kEventsPerTask;
    for (std::size_t i = 0; i < ordinary + hot; ++i) {
      const bool is_hot = i >= ordinary;
      const std::string task = is_hot ? kHotTask : task_name(i % tasks_);
      const Instant at =
          is_hot ? instant_of(i - ordinary, hot, kSpan) : instant_of(i, ordinary, kSpan);
      insert.reset();
      SQLite::bind(insert, task, std::string(dice_.one_of(kEventTypes)), "span-" + task,
                   static_cast<std::int64_t>(i / tasks_ + 1),
                   event_payload(dice_, is_hot ? kHotPayloadBytes : 0), format_instant(at));
      insert.exec();
    }
  }

  void inbox() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, "
        "received_at, processed_at, status) VALUES (?, ?, 'TASK_STEP_COMPLETED', 'eventbus', ?, ?, "
        "?, ?)");
    const std::size_t count = size_.audits / kAuditsPerInboxRow;
    for (std::size_t i = 0; i < count; ++i) {
      const Instant received = instant_of(i, count, kInboxSpan) - seconds{1};
      insert.reset();
      SQLite::bind(insert, padded("evt-in-%08zx", i + 1), task_name(dice_.below(tasks_)),
                   other_payload(dice_), format_instant(received),
                   format_instant(received + milliseconds{200}),
                   dice_.below(33) == 0 ? "failed" : "completed");
      insert.exec();
    }
  }

  const Size& size_;
  const std::size_t tasks_;
  Dice dice_;
  SQLite::Database db_;
};

}  // namespace

void write_registry(const std::filesystem::path& path, const Size& size) {
  testing::RegistryShape shape;
  shape.upstream_indexes = false;
  testing::create_agentos_tables(path, shape);
  Rows(path, size).write();
  testing::create_agentos_indexes(path, shape);
}

}  // namespace replay::bench
