#include "tests/support/hostile_rows.h"

#include <algorithm>
#include <array>

#include "tests/support/foreign_writer.h"

namespace replay::testing {
namespace {

// All of them SQL expressions.

const std::vector<std::string>& payloads() {
  static const std::vector<std::string> all{
      "'not json'",
      "'[1, 2]'",
      "'null'",
      "NULL",
      "''",
      "7",
      "x'7b7d'",
      "x'ff00'",
      "CAST(x'7b2261223a22ff227d' AS TEXT)",
      "'{\"a\": \"x' || char(0) || 'y\"}'",
      "'{\"a\": \"' || hex(zeroblob(2500000)) || '\"}'",
      "'{\"s\": \"\\ud800\", \"n\": 1e999, \"i\": 123456789012345678901234567890}'",
      "replace(hex(zeroblob(5000)), '00', '[')",
      "'{\"decision_snapshot\": null}'",
      "'{\"decision_snapshot\": [], \"findings\": 7}'",
      "'{\"decision_snapshot\": {\"findings\": [{}]}}'",
      "'{\"decision_snapshot\": {\"findings\": [null, 7, {\"code\": 7}]}}'",
      "'{\"decision_snapshot\": {\"findings\": {\"code\": \"x\"}}}'",
      "'{\"decision_id\": {\"a\": 1}, \"reason\": null}'",
      "'{\"source_event_ts\": \"2026-01-28T10:00:00\", \"supervisor_processed_at\": "
      "\"2026-01-28T10:00:01+00:00\"}'",
      "'{\"source_event_ts\": 5, \"supervisor_processed_at\": []}'",
      "'{\"event_id\": 7}'",
      "'{\"event_id\": \"\"}'",
      "'{\"task_id\": \"another\", \"event_type\": [], \"command\": {\"deep\": [\"rm -rf /\"]}}'"};
  return all;
}

constexpr std::array<const char*, 14> kTimes{"strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
                                             "CURRENT_TIMESTAMP",
                                             "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
                                             "CAST(strftime('%s', 'now') AS INTEGER)",
                                             "1769596200123",
                                             "1e300",
                                             "9e999",
                                             "-5",
                                             "'not-a-time'",
                                             "''",
                                             "NULL",
                                             "x'ff'",
                                             "'0000-00-00 00:00:00'",
                                             "'2026-01-28 10:30:00' || char(0)"};

constexpr std::array<const char*, 8> kTypes{
    "SUPERVISOR_BLOCKED", "SUPERVISOR_ALLOWED",  "SUPERVISOR_\xFF\xFE", "SUPERVISOR_",
    "TASK_FAILED",        "TASK_STEP_COMPLETED", "TASK_CREATED",        "a\nb\"c"};

const std::vector<std::string>& names() {
  static const std::vector<std::string> all{"a/b",         "q?x=1",     "100%",
                                            "%2F",         "h#h",       "it's",
                                            "\"dq\"",      "..",        ".",
                                            " ",           "a+b",       "a&b",
                                            "back\\slash", "new\nline", "\xF0\x9F\x98\x80",
                                            "\xC3\xA4",    "\xFF\xFE",  std::string("n\0l", 3)};
  return all;
}

template <class List>
const auto& nth(const List& list, std::size_t i) {
  return list[i % list.size()];
}

}  // namespace

HostileIds add_hostile_rows(ForeignWriter& registry, const std::string& batch) {
  HostileIds ids;
  for (const std::string& name : names()) {
    ids.tasks.push_back(batch + name);
    registry.run(
        "INSERT INTO tasks (task_id, title, status, created_at, metadata) VALUES (?, ?, "
        "?, 'not-a-time', '{\"retry_count\": []}')",
        batch + name, name, ids.tasks.size() % 2 == 0 ? "blocked" : name);
  }
  const std::size_t rows = std::max(payloads().size() * 2, kTimes.size() * kTypes.size());
  for (std::size_t i = 0; i < rows; ++i) {
    // Megabytes once: more of them prove no more.
    const std::string& payload = nth(payloads(), i);
    const bool huge = payload.find("2500000") != std::string::npos && i >= payloads().size();
    const std::string values = (huge ? "'{}'" : payload) + ", " + nth(kTimes, i / 2);
    const std::string& task = nth(ids.tasks, i / 3);
    const std::string type = nth(kTypes, i);
    const std::string id = batch + nth(names(), i) + std::to_string(i);
    ids.decisions.push_back(id);
    registry.run(
        "INSERT INTO task_audits (task_id, event_type, decision_id, source_event_ts, "
        "supervisor_processed_at, payload, created_at) VALUES (?, ?, ?, " +
            std::string(nth(kTimes, i)) + ", " + nth(kTimes, i + 1) + ", " + values + ")",
        task, type, id);
    registry.run(
        "INSERT INTO task_events (task_id, event_type, actor, span_id, seq, payload, "
        "created_at) VALUES (?, ?, 'a', 's', 1, coalesce(" +
            std::string(huge ? "'{}'" : payload) + ", ''), " + nth(kTimes, i / 2) + ")",
        task, type);
    registry.run(
        "INSERT INTO supervisor_inbox (event_id, task_id, event_type, source, status, "
        "payload, received_at) VALUES (?, ?, ?, ?, 'pending', " +
            values + ")",
        id, task, type, nth(names(), i));
  }
  registry.run(
      "INSERT OR IGNORE INTO supervisor_inbox (event_id, task_id, event_type, source, "
      "status) VALUES (NULL, 'x', 'x', 'x', 'pending'), (x'ff', x'ff', x'ff', x'ff', 'pending'), "
      "(?, 'x', 'x', 'x', 'pending')",
      batch.empty() ? " " : "");
  registry.run(
      "INSERT INTO supervisor_checkpoint (source_table, last_seen_id, last_seen_ts, "
      "metadata) VALUES (?, 'many', x'ff', 'no json')",
      batch + "task_audits");
  return ids;
}

}  // namespace replay::testing
