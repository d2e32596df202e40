#include "tests/support/foreign_writer.h"

#include <stdexcept>

namespace replay::testing {
namespace {

constexpr int kBusyMilliseconds = 10'000;

}  // namespace

ForeignWriter::ForeignWriter(const std::filesystem::path& registry)
    : db_(registry.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds) {}

std::vector<ForeignWriter::Row> ForeignWriter::rows(const std::string& sql) {
  SQLite::Statement query(db_, sql);
  std::vector<Row> found;
  while (query.executeStep()) {
    Row& row = found.emplace_back();
    for (int i = 0; i < query.getColumnCount(); ++i) {
      const SQLite::Column value = query.getColumn(i);
      row.push_back(value.isNull() ? std::nullopt : std::optional(value.getString()));
    }
  }
  return found;
}

std::string ForeignWriter::text(const std::string& sql) {
  const std::vector<Row> found = rows(sql);
  if (found.empty() || !found.front().front()) throw std::runtime_error("no value: " + sql);
  return *found.front().front();
}

std::int64_t ForeignWriter::number(const std::string& sql) { return std::stoll(text(sql)); }

std::int64_t ForeignWriter::task(const std::string& id, const std::string& status) {
  run("INSERT INTO tasks (task_id, title, status) VALUES (?, ?, ?)", id, "Task " + id, status);
  return db_.getLastInsertRowid();
}

std::int64_t ForeignWriter::audit(const std::string& task, const std::string& type,
                                  const std::string& payload, const std::string& created_at) {
  run("INSERT INTO task_audits (task_id, event_type, payload, created_at) VALUES (?, ?, ?, ?)",
      task, type, payload, created_at);
  return db_.getLastInsertRowid();
}

std::int64_t ForeignWriter::task_event(const std::string& task, const std::string& type,
                                       const std::string& payload, const std::string& created_at) {
  run("INSERT INTO task_events (task_id, event_type, actor, span_id, seq, payload, created_at) "
      "VALUES (?, ?, 'runner', 'span', 1, ?, ?)",
      task, type, payload, created_at);
  return db_.getLastInsertRowid();
}

std::int64_t ForeignWriter::pending(const std::string& event_id, const std::string& task,
                                    const std::string& type, const std::string& payload) {
  run("INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, payload, status) "
      "VALUES (?, ?, ?, 'eventbus', ?, 'pending')",
      event_id, task, type, payload);
  return db_.getLastInsertRowid();
}

}  // namespace replay::testing
