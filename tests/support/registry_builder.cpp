#include "tests/support/registry_builder.h"

#include <array>
#include <cmath>
#include <random>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

namespace replay::testing {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Text {
  std::string text;
  Instant means;
};

/// Every random choice of one registry.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool happens(double share) { return static_cast<double>(below(1'000'000)) < share * 1e6; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }
  /// Median 0.15 s with a long tail, as decisions' lags have.
  Duration lag() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(below(1'000'000)) / 1e6;
    return Duration{static_cast<std::int64_t>(150'000.0 * std::exp(1.2 * sum))};
  }

 private:
  std::mt19937_64 engine_;
};

std::string zoned(Instant when, minutes offset, std::string_view suffix) {
  std::string text = format_instant(when + offset);
  text.pop_back();
  return text + std::string(suffix);
}

std::string sqlite_form(Instant when) {
  std::string text = format_instant(when).substr(0, 19);
  text[10] = ' ';
  return text;
}

/// The instant in one of the forms of a registry; SQLite's has whole seconds.
Text written(Instant when, bool mixed, Dice& dice) {
  switch (mixed ? dice.below(7) : 0) {
    case 1:
      return {zoned(when, minutes{0}, "+00:00"), when};
    case 2:
      return {zoned(when, minutes{120}, "+02:00"), when};
    case 3:
      return {zoned(when, minutes{-300}, "-05:00"), when};
    case 4:
      return {zoned(when, minutes{330}, "+05:30"), when};
    case 5:
      return {sqlite_form(when), floor<seconds>(when)};
    case 6:
      return {zoned(when, minutes{0}, ""), when};
    default:
      return {format_instant(when), when};
  }
}

constexpr std::array<std::string_view, 12> kDecisions{
    "ALLOWED", "ALLOWED", "ALLOWED", "ALLOWED",           "ALLOWED", "ALLOWED",
    "PAUSED",  "BLOCKED", "BLOCKED", "RETRY_RECOMMENDED", "ERROR",   "DECISION"};
constexpr std::array<std::string_view, 6> kOtherTypes{"TASK_CREATED",    "TASK_STEP_COMPLETED",
                                                      "TASK_FAILED",     "plan_approved",
                                                      "supervisor-note", "SUPERVISORX_ALLOWED"};
constexpr std::array<std::string_view, 4> kCodes{"REDLINE_001", "REDLINE_007", "RISK_ERROR_RATE",
                                                 "CONFLICT_FILE_LOCK"};
constexpr std::array<std::string_view, 8> kStatuses{"RUNNING", "running", "DONE",    "done",
                                                    "BLOCKED", "blocked", "PENDING", "verifying"};
constexpr std::array<std::string_view, 4> kNoTimestamps{"not-a-time", "", "2026-13-45T99:99:99Z",
                                                        "yesterday"};
constexpr std::array<std::string_view, 3> kNoJson{"{\"decision_id\": \"dec-",
                                                  "Traceback: disk full", "{'reason': 'quotes'}"};

class Builder {
 public:
  Builder(const std::filesystem::path& path, const RegistryShape& shape)
      : shape_(shape), dice_(shape.seed), db_(path.string(), SQLite::OPEN_READWRITE) {
    db_.exec("PRAGMA synchronous=OFF");
  }

  BuiltRegistry build() {
    SQLite::Transaction all(db_);
    tasks();
    for (std::size_t i = 0; i < shape_.audits; ++i) audit(i);
    if (!shape_.v14) events();
    pending();
    all.commit();
    return std::move(built_);
  }

 private:
  std::string task_name(std::size_t index) const { return "task-" + std::to_string(index); }

  /// Row i's instant: spread evenly over the span, with jitter, the newest a little before now.
  Instant instant_of(std::size_t i, std::size_t count) {
    const auto step = shape_.span / static_cast<std::int64_t>(count + 1);
    const auto jitter = Duration{
        static_cast<std::int64_t>(dice_.below(static_cast<std::size_t>(step.count() + 1)))};
    return shape_.now - shape_.span + step * static_cast<std::int64_t>(i) + jitter;
  }

  void tasks() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO tasks (task_id, title, status, created_at, updated_at, created_by, "
        "metadata, project_id, spec_frozen) VALUES (?, ?, ?, ?, ?, 'system', ?, 'p', 1)");
    const std::size_t hot = shape_.hot_events > 0 ? 1 : 0;
    for (std::size_t i = 0; i < shape_.tasks + hot; ++i) {
      const std::string id = i < shape_.tasks ? task_name(i) : "task-hot";
      const auto status = std::string(dice_.one_of(kStatuses));
      const Text created = written(shape_.now - shape_.span, shape_.mixed_timestamps, dice_);
      insert.reset();
      SQLite::bind(insert, id, "Task " + id, status, created.text, created.text,
                   R"({"retry_count": 1})");
      insert.exec();
      built_.tasks.push_back({id, status});
    }
  }

  void audit(std::size_t i) {
    BuiltRow row;
    const std::size_t bad_json_from = shape_.audits - shape_.bad_json;
    const std::size_t bad_time_from = bad_json_from - shape_.bad_timestamps;
    const std::size_t orphans_from = bad_time_from - shape_.orphans;
    // The special rows are the ones whose shuffled number is high, so that they lie anywhere.
    const std::size_t shuffled = (i * 7919 + 13) % shape_.audits;
    row.task = i < shape_.hot_events ? "task-hot"
               : shuffled >= orphans_from && shuffled < bad_time_from
                   ? "task-gone-" + std::to_string(i % 3)
                   : task_name(dice_.below(shape_.tasks));
    const Text created = written(instant_of(i, shape_.audits), shape_.mixed_timestamps, dice_);
    row.created_at = created.means;
    std::string created_text = created.text;
    if (shuffled >= bad_time_from && shuffled < bad_json_from) {
      row.created_at.reset();
      created_text = dice_.one_of(kNoTimestamps);
    }
    row.payload_is_json = shuffled < bad_json_from;
    if (dice_.happens(0.7)) {
      decision(row, i, created_text);
    } else {
      row.type = dice_.one_of(kOtherTypes);
      insert_audit(row, i, row.payload_is_json ? R"({"detail": "routine"})" : no_json(),
                   created_text, std::nullopt, std::nullopt);
    }
  }

  std::string no_json() { return std::string(dice_.one_of(kNoJson)); }

  void decision(BuiltRow& row, std::size_t i, const std::string& created_text) {
    const auto outcome = dice_.one_of(kDecisions);
    row.type = "SUPERVISOR_" + std::string(outcome);
    row.decision_id = "dec-" + std::to_string(shape_.seed) + "-" + std::to_string(i);
    const Instant processed = row.created_at.value_or(shape_.now);
    const Duration lag = dice_.happens(0.02) ? -dice_.lag() : dice_.lag();
    const bool legacy = shape_.v14 || dice_.happens(shape_.legacy);
    const Text ended = written(processed, false, dice_);
    const Text began = {zoned(processed - lag, minutes{120}, "+02:00"), processed - lag};

    std::string payload = R"({"decision_id": ")" + row.decision_id + R"(", "reason": "r")";
    if (legacy) {
      payload += R"(, "source_event_ts": ")" + began.text + R"(", "supervisor_processed_at": ")" +
                 ended.text + '"';
    }
    if (outcome == "BLOCKED" && row.payload_is_json && !dice_.happens(0.1)) {
      row.reason_code = dice_.one_of(kCodes);
      payload += R"(, "decision_snapshot": {"decision_id": ")" + row.decision_id +
                 R"(", "findings": [{"code": ")" + row.reason_code + R"(", "kind": "REDLINE"}]})";
    }
    payload += "}";
    if (!row.payload_is_json) payload = no_json();
    if (row.payload_is_json || !legacy) row.lag = lag;
    row.lag_in_columns = !legacy;
    if (legacy) {
      insert_audit(row, i, payload, created_text, std::nullopt, std::nullopt);
    } else {
      insert_audit(row, i, payload, created_text, began.text, ended.text);
    }
  }

  void insert_audit(BuiltRow& row, std::size_t i, const std::string& payload,
                    const std::string& created, const std::optional<std::string>& began,
                    const std::optional<std::string>& ended) {
    SQLite::Statement insert(
        db_, shape_.v14
                 ? "INSERT INTO task_audits (audit_id, task_id, event_type, payload, created_at) "
                   "VALUES (?, ?, ?, ?, ?)"
                 : "INSERT INTO task_audits (audit_id, task_id, event_type, payload, created_at, "
                   "decision_id, source_event_ts, supervisor_processed_at) VALUES (?, ?, ?, ?, ?, "
                   "?, ?, ?)");
    if (shape_.text_audit_ids) insert.bind(1, "aud-" + std::to_string(i));
    insert.bind(2, row.task);
    insert.bind(3, row.type);
    insert.bind(4, payload);
    insert.bind(5, created);
    if (!shape_.v14) {
      if (!row.decision_id.empty()) insert.bind(6, row.decision_id);
      if (began) insert.bind(7, *began);
      if (ended) insert.bind(8, *ended);
    }
    insert.exec();
    row.row = db_.getLastInsertRowid();
    built_.rows.push_back(row);
  }

  void events() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO task_events (task_id, event_type, actor, span_id, seq, payload, "
        "created_at) VALUES (?, 'work_item_progress', 'worker', 'span', ?, ?, ?)");
    const std::size_t ordinary = shape_.tasks * shape_.events_per_task;
    for (std::size_t i = 0; i < ordinary + shape_.hot_events; ++i) {
      BuiltRow row;
      row.is_audit = false;
      row.task = i < ordinary ? task_name(i % shape_.tasks) : "task-hot";
      row.type = "work_item_progress";
      const Instant meant =
          i < ordinary ? instant_of(i, ordinary) : instant_of(i - ordinary, shape_.hot_events);
      const Text created = written(meant, shape_.mixed_timestamps, dice_);
      row.created_at = created.means;
      insert.reset();
      SQLite::bind(insert, row.task, static_cast<std::int64_t>(i), R"({"progress": 1})",
                   created.text);
      insert.exec();
      row.row = db_.getLastInsertRowid();
      built_.rows.push_back(row);
    }
  }

  void pending() {
    SQLite::Statement insert(
        db_,
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload) "
        "VALUES (?, ?, 'TASK_STEP_COMPLETED', 'eventbus', '{}')");
    for (std::size_t i = 0; i < shape_.pending; ++i) {
      insert.reset();
      SQLite::bind(insert, "evt-pending-" + std::to_string(i), task_name(i % shape_.tasks));
      insert.exec();
    }
  }

  const RegistryShape& shape_;
  Dice dice_;
  SQLite::Database db_;
  BuiltRegistry built_;
};

}  // namespace

BuiltRegistry build_registry(const std::filesystem::path& path, const RegistryShape& shape) {
  create_agentos_tables(path, shape);
  return Builder(path, shape).build();
}

}  // namespace replay::testing
