#include "audits.h"

#include <array>
#include <utility>

#include <gtest/gtest.h>

namespace replay::summary {
namespace {

std::string sql_text(const std::optional<std::string>& text) {
  if (!text) return "NULL";
  std::string literal = "'";
  for (const char c : *text) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return literal + "'";
}

/// `+05:30`'s text of an instant.
std::string with_offset(Instant when) {
  std::string text = format_instant(when + std::chrono::minutes{330});
  return text.replace(text.size() - 1, 1, "+05:30");
}

/// SQLite's CURRENT_TIMESTAMP: whole seconds.
std::string in_sqlite_form(Instant when) {
  std::string text = format_instant(when).substr(0, 19);
  text[10] = ' ';
  return text;
}

}  // namespace

void insert(testing::TempRegistry& registry, const std::vector<Audit>& audits) {
  std::string sql = "BEGIN;";
  for (const Audit& audit : audits) {
    sql +=
        "INSERT INTO task_audits (task_id, event_type, payload, created_at, decision_id, "
        "source_event_ts, "
        "supervisor_processed_at) VALUES (" +
        sql_text(audit.task) + "," + sql_text(audit.type) + "," + sql_text(audit.payload) + "," +
        sql_text(audit.created_at) + "," + sql_text(audit.decision_id) + "," +
        sql_text(audit.source_event_ts) + "," + sql_text(audit.supervisor_processed_at) + ");";
  }
  registry.exec(sql + "COMMIT");
}

Audit block(std::string task, std::string reason, std::string created_at) {
  Audit audit;
  audit.type = "SUPERVISOR_BLOCKED";
  audit.task = std::move(task);
  audit.created_at = std::move(created_at);
  audit.payload = R"({"decision_snapshot":{"findings":[{"code":")" + reason + R"("}]}})";
  return audit;
}

Instant RandomAudits::any_instant() {
  const Instant first = *parse_instant("2026-01-26T22:15:00Z");
  return first + Duration{static_cast<std::int64_t>(below(3ULL * 86'400'000'000))};
}

std::string RandomAudits::in_any_form(Instant when) {
  switch (below(3)) {
    case 0:
      return format_instant(when);
    case 1:
      return with_offset(when);
    default:
      return in_sqlite_form(when);
  }
}

Audit RandomAudits::make() {
  static const std::array<std::string, 5> kTypes{"SUPERVISOR_ALLOWED", "SUPERVISOR_BLOCKED",
                                                 "SUPERVISOR_PAUSED", "TASK_STEP_COMPLETED",
                                                 "supervisor-note"};
  Audit audit;
  audit.type = kTypes.at(below(kTypes.size()));
  audit.task = "task-" + std::to_string(below(20));
  audit.created_at = below(50) == 0 ? "sometime" : in_any_form(any_instant());
  const std::string reason = below(4) == 0 ? "" : "REDLINE_00" + std::to_string(below(6));
  const std::string id = "dec-" + std::to_string(rows_);
  const Instant processed = any_instant();
  const Instant source =
      processed - Duration{static_cast<std::int64_t>(below(30'000'000)) - 1'000'000};
  const std::string source_text = in_any_form(source);
  const std::string processed_text = in_any_form(processed);

  std::string payload = R"({"decision_id":")" + id + "\"";
  if (!reason.empty())
    payload += R"(,"decision_snapshot":{"findings":[{"code":")" + reason + R"("},{"code":"X"}]})";
  const bool in_columns = below(3) != 0;
  if (in_columns) {
    audit.decision_id = id;
    audit.source_event_ts = source_text;
    audit.supervisor_processed_at = processed_text;
  } else {
    payload += R"(,"source_event_ts":")" + source_text + R"(","supervisor_processed_at":")" +
               processed_text + "\"";
  }
  audit.payload = payload + "}";
  const bool broken = below(40) == 0;
  if (broken) audit.payload = "{broken";

  const auto at = parse_instant(audit.created_at);
  if (!at || audit.type.compare(0, 11, "SUPERVISOR_") != 0) return audit;
  Truth truth;
  truth.fact.at = *at;
  truth.fact.row = rows_;
  truth.fact.type = audit.type.substr(11);
  const Duration lag = *parse_instant(processed_text) - *parse_instant(source_text);
  if (lag >= Duration::zero() && (in_columns || !broken)) truth.fact.lag = lag;
  truth.fact.lag_from_columns = truth.fact.lag && in_columns;
  truth.fact.task = TaskId(audit.task);
  truth.fact.reason_code = broken ? "" : reason;
  if (in_columns || !broken) truth.decision_id = id;
  decisions_.push_back(std::move(truth));
  return audit;
}

void RandomAudits::insert_into(testing::TempRegistry& registry, std::size_t count) {
  std::vector<Audit> audits;
  for (std::size_t i = 0; i < count; ++i) {
    ++rows_;
    audits.push_back(make());
  }
  insert(registry, audits);
}

void fold_all(Summarizer& summarizer) {
  constexpr int kMostSteps = 1'000;
  for (int step = 0; step < kMostSteps; ++step) {
    if (!summarizer.step()) return;
  }
  FAIL() << "the summarizer finds no end";
}

void reconcile(testing::TempRegistry& registry, Summarizer& summarizer, Duration after) {
  fold_all(summarizer);
  registry.clock.advance(after);
  registry.registry().changes().ring();  // the watch would, a little later
  fold_all(summarizer);
}

}  // namespace replay::summary
