#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace replay {

/// A row of `task_audits` as stored, whoever wrote it: nothing about its texts is certain. On
/// registries older than v15, and on rows of older writers, the three decision columns are absent
/// (read the payload then).
struct AuditRow {
  RowId row = 0;
  TaskId task;
  std::string event_type;
  std::optional<Instant> created_at;  ///< nullopt: unreadable
  std::optional<std::string> payload;
  std::optional<std::string> decision_id;
  std::optional<std::string> source_event_ts;
  std::optional<std::string> supervisor_processed_at;
};

/// A piece of the table: as many rows as asked for, or fewer where their payloads are large, so
/// that nobody who reads a table holds more than some megabytes of it.
struct AuditPage {
  std::vector<AuditRow> rows;
  RowId next = 0;        ///< where to ask for the page after it
  bool more = false;     ///< false: nothing comes after it
  bool damaged = false;  ///< no rows: those before `next` cannot be read, the file is damaged there
};

}  // namespace replay
