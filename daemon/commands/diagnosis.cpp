#include "commands/diagnosis.h"

#include <array>
#include <chrono>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace replay::commands {
namespace {

/// An event decided later than this has waited, not just arrived.
constexpr Duration kLongWait = std::chrono::minutes{1};

/// A checkpoint keeps the WAL at a few MiB; past this something holds it open.
constexpr std::uint64_t kLargeWalBytes = 64U << 20U;

std::string quoted(const std::filesystem::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
  return text + "'";
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

/// What is to be said of the rows that have a flaw.
struct FlawText {
  Flaw flaw;
  std::string_view code;
  std::string_view what;
  std::string_view meaning;
};

constexpr std::array<FlawText, kFlaws.size()> kFlawTexts{{
    {Flaw::payload, "unreadable_payloads", "a payload that is not JSON",
     "They are served with payload_error and have no reason code."},
    {Flaw::timestamp, "unreadable_timestamps", "a created_at that is no timestamp",
     "They stand at the end of their traces and in no statistics."},
    {Flaw::no_object, "payloads_no_object", "a payload that is JSON, but no object",
     "They are served as they are; nothing is read from them."},
    {Flaw::snapshot, "snapshots_no_object", "a decision_snapshot that is null or no object",
     "These decisions have no findings, and so no reason code."},
    {Flaw::finding, "findings_without_code", "a finding without a code",
     "A block whose first finding has none counts under no reason."},
    {Flaw::lag_unreadable, "unreadable_lags",
     "a source_event_ts or supervisor_processed_at that is no timestamp",
     "These decisions have no lag."},
    {Flaw::lag_half_naive, "half_naive_lags", "two times of which one has no offset",
     "It is taken as UTC: where its writer meant another zone the lag is wrong by that, or left "
     "out for being negative."},
}};

/// Reading the table and sorting what the index needs, on a slow disk.
constexpr std::uint64_t kIndexedBytesASecond = 200U << 20U;

/// Collects findings about one registry.
class Examination {
 public:
  explicit Examination(const Condition& condition)
      : condition_(condition), path_(quoted(condition.registry)) {}

  void indexes() {
    const std::vector<std::string>& harmful = condition_.integrity.harmful_indexes;
    const std::vector<std::string>& missing = condition_.integrity.missing_indexes;
    if (!harmful.empty()) {
      add("harmful_indexes",
          counted(harmful.size(), "index has", "indexes have") +
              " a condition on the current time: " + listed(harmful) + ".",
          "SQLite refuses every new row of the table, whoever inserts it.", ours("doctor --fix"));
    }
    if (!missing.empty()) {
      add("missing_indexes",
          counted(missing.size(), "index is", "indexes are") + " missing: " + listed(missing) + ".",
          "Queries read whole tables and get slower with every row. While one is made, about " +
              std::to_string(index_wait(condition_.database_bytes).count()) +
              " s, other writers wait: choose the time.",
          ours("doctor --fix"));
    }
  }

  void damage() {
    if (condition_.damage.empty()) return;
    add("damaged", condition_.damage,
        "What needs the damaged pages is answered 503, the rest goes on; more may be damaged than "
        "was met. Stop the daemon and every other program before another file is put in its place.",
        sql("PRAGMA integrity_check"));
  }

  void inbox() {
    const InboxCounts& inbox = condition_.inbox;
    if (inbox.oldest_pending_age && *inbox.oldest_pending_age > kLongWait) {
      const auto seconds =
          std::chrono::duration_cast<std::chrono::seconds>(*inbox.oldest_pending_age).count();
      add("backlog",
          counted(inbox.pending, "event waits", "events wait") + " to be decided, the oldest for " +
              std::to_string(seconds) + " s.",
          "No supervisor is running, or it decides more slowly than events arrive "
          "(supervisor.workers).",
          ours("serve"));
    }
    if (inbox.failed > 0) {
      add("failed_events", counted(inbox.failed, "event has", "events have") + " failed for good.",
          "They are undecided: their task is unknown, or their evaluation failed each time; "
          "error_message says which.",
          sql("UPDATE supervisor_inbox SET status='pending', retry_count=0 WHERE status='failed' "
              "AND task_id IN (SELECT task_id FROM tasks)"));
    }
  }

  void rows() {
    const Integrity& integrity = condition_.integrity;
    for (const FlawText& text : kFlawTexts) flaw(text);
    if (integrity.orphaned_audits > 0) {
      add("orphaned_audits",
          counted(integrity.orphaned_audits, "audit names a task that does not exist.",
                  "audits name tasks that do not exist."),
          "The tasks were deleted or never written; their traces are still served, with a status "
          "of null.",
          sql("SELECT task_id, count(*) FROM task_audits WHERE task_id NOT IN (SELECT task_id FROM "
              "tasks) GROUP BY 1"));
    }
  }

  void summaries() {
    const Integrity& integrity = condition_.integrity;
    if (integrity.drift.value_or(0) > 0) {
      add("summary_drift",
          counted(*integrity.drift, "summary differs", "summaries differ") + " from the audits.",
          "Statistics are wrong by that much; audits were removed or changed after they were "
          "counted.",
          ours("summary rebuild"));
    }
    if (integrity.rows_behind > 0) {
      add("summaries_behind",
          "The summaries lack up to " + counted(integrity.rows_behind, "audit", "audits") + ".",
          "Statistics leave them out until a running daemon has counted them.", ours("serve"));
    }
  }

  void journal() {
    if (!condition_.was_in_wal_mode) {
      add("journal_mode", "The registry was not in WAL mode.",
          "Readers and writers block each other. Opening it has just changed that; a program that "
          "sets another mode "
          "would change it back.",
          sql("PRAGMA journal_mode=WAL"));
    }
    if (condition_.wal_bytes > kLargeWalBytes) {
      add("large_wal",
          "The write-ahead log holds " + std::to_string(condition_.wal_bytes >> 20U) + " MiB.",
          "Reads get slower and the disk fills; some process keeps a read transaction open.",
          sql("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
  }

  std::vector<Finding> findings;

 private:
  void add(std::string code, std::string what, std::string meaning, std::string remedy) {
    findings.push_back({std::move(code), std::move(what), std::move(meaning), std::move(remedy)});
  }
  [[nodiscard]] std::string ours(const std::string& command) const {
    return "decision-replay " + command + " --registry.path " + path_;
  }
  [[nodiscard]] std::string sql(const std::string& statement) const {
    return "sqlite3 " + path_ + " \"" + statement + "\"";
  }
  void flaw(const FlawText& text) {
    const std::uint64_t rows = condition_.integrity.count(text.flaw);
    if (rows == 0) return;
    std::string examples;
    std::string lists;
    for (const FlawedTable table : {FlawedTable::audits, FlawedTable::events}) {
      const auto count = condition_.integrity.flaws.find({table, text.flaw});
      if (count == condition_.integrity.flaws.end() || count->second == 0) continue;
      const bool audits = table == FlawedTable::audits;
      examples += examples_of(table, text.flaw, examples.empty() ? "" : "; ");
      lists += std::string(lists.empty() ? "" : "; ") +
               "SELECT r.rowid, r.event_type, r.created_at, r.payload FROM " +
               (audits ? "task_audits r JOIN decision_replay_flaws f ON f.audit_row"
                       : "task_events r JOIN decision_replay_event_flaws f ON f.event_row") +
               " = r.rowid WHERE f.flaw = " + std::to_string(static_cast<int>(text.flaw));
    }
    add(std::string(text.code),
        counted(rows, "row has ", "rows have ") + std::string(text.what) +
            (examples.empty() ? "" : " (" + examples + ")") + ".",
        std::string(text.meaning), sql(lists));
  }
  /// "task_audits 3, 17" of the first ones.
  [[nodiscard]] std::string examples_of(FlawedTable table, Flaw flaw,
                                        const std::string& before) const {
    std::string rows;
    for (const FlawedRow& row : condition_.flawed_rows) {
      if (row.flaw != flaw || row.table != table) continue;
      rows += rows.empty()
                  ? before + (table == FlawedTable::audits ? "task_audits " : "task_events ")
                  : ", ";
      rows += std::to_string(row.row);
    }
    return rows;
  }

  const Condition& condition_;
  const std::string path_;
};

}  // namespace

std::chrono::seconds index_wait(std::uint64_t database_bytes) {
  return std::chrono::seconds{1 + database_bytes / kIndexedBytesASecond};
}

std::vector<Finding> diagnose(const Condition& condition) {
  Examination examination(condition);
  examination.damage();
  examination.indexes();
  examination.inbox();
  examination.summaries();
  examination.journal();
  examination.rows();
  return std::move(examination.findings);
}

bool in_wal_mode(const std::filesystem::path& registry) {
  std::array<char, 20> header{};
  std::ifstream in(registry, std::ios::binary);
  if (!in.read(header.data(), header.size())) return true;
  return header[18] == 2 && header[19] == 2;
}

}  // namespace replay::commands
