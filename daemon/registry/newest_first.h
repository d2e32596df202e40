#pragma once

#include <chrono>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/trace.h"
#include "registry/statement.h"

namespace replay::registry {

class Connection;

/// One task's audits or events, newest first by instant, at the speed of an index that is ordered
/// by text.
///
/// A registry mixes `…T…Z`, `… …` and any UTC offset in one table, and an index on an expression
/// would make other people's inserts fail. But a readable timestamp begins with its local date, and
/// local time is within a day of UTC: a row whose text sorts below one of date D lies before D + 2
/// days. So rows are read in text order into a heap, and one leaves it once nothing still unread
/// can be newer: the price is about two days of the task's rows per reading, whatever the table's
/// size. Rows with a number for a timestamp sort apart from all text and are few: they are read at
/// once. Unreadable ones come last, by row id; finding them reads the task's whole index range,
/// only when the reader gets that far. Thread rule: its connection's thread; at most one of a kind
/// at a time on a connection (it holds prepared statements).
class NewestFirst {
 public:
  /// Starts below `after`, or at the newest.
  NewestFirst(Connection& connection, TraceKind kind, TaskId task,
              const std::optional<TracePosition>& after);

  struct Row {
    TracePosition position;
    std::string event_type;
  };
  std::optional<Row> next();

 private:
  struct Older {
    bool operator()(const Row& a, const Row& b) const { return a.position < b.position; }
  };

  void read_numbers();
  void read_until_safe();
  void read_unreadable();
  void offer(const Statement& row, Instant ts);

  Connection& connection_;
  const TraceKind kind_;
  const TaskId task_;
  const std::optional<TracePosition> after_;
  std::optional<Statement> texts_;  ///< rows with a text, in text order; gone when all are read
  Instant unread_before_;           ///< every unread text row is older than this
  bool unreadable_done_ = false;
  std::priority_queue<Row, std::vector<Row>, Older> heap_;
};

}  // namespace replay::registry
