#include "registry/newest_first.h"

#include <utility>

#include "registry/connection.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

/// Local time is less than a day away from UTC, either way.
constexpr std::chrono::days kMostOffset{1};

struct Queries {
  const char* texts;
  const char* numbers;
  const char* all;
};

constexpr Queries kAudits{sql::kAuditTimesOfTask, sql::kNumericAuditTimesOfTask,
                          sql::kAllAuditTimesOfTask};
constexpr Queries kEvents{sql::kEventTimesOfTask, sql::kNumericEventTimesOfTask,
                          sql::kAllEventTimesOfTask};

const Queries& queries_of(TraceKind kind) { return kind == TraceKind::audit ? kAudits : kEvents; }

/// Midnight of the date a timestamp's text begins with.
std::optional<Instant> local_date(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  return parse_instant(std::string(text.substr(0, 10)) + "T00:00:00Z");
}

}  // namespace

NewestFirst::NewestFirst(Connection& connection, TraceKind kind, TaskId task,
                         const std::optional<TracePosition>& after)
    : connection_(connection),
      kind_(kind),
      task_(std::move(task)),
      after_(after),
      unread_before_(Instant::max()) {
  if (after_ && after_->ts == Instant::min()) return;  // only unreadable ones are left
  read_numbers();
  texts_.emplace(connection_.prepared(queries_of(kind_).texts));
  texts_->bind(":task", task_.str());
  if (after_) {
    // Older rows have a local date of at most a day later; their text sorts below the day after
    // that.
    texts_->bind(":before", format_instant(after_->ts + 2 * kMostOffset).substr(0, 10));
  } else {
    texts_->bind_blob(":before", "");
  }
}

std::optional<NewestFirst::Row> NewestFirst::next() {
  read_until_safe();
  if (heap_.empty() && !unreadable_done_) read_unreadable();
  if (heap_.empty()) return std::nullopt;
  Row row = heap_.top();
  heap_.pop();
  return row;
}

void NewestFirst::read_numbers() {
  Statement numbers = connection_.statement(queries_of(kind_).numbers);
  numbers.bind(":task", task_.str());
  while (numbers.step()) {
    if (const auto ts = numbers.instant_if("created_at")) offer(numbers, *ts);
  }
}

void NewestFirst::read_until_safe() {
  while (texts_ && (heap_.empty() || heap_.top().position.ts < unread_before_)) {
    if (!texts_->step()) {
      texts_.reset();
      return;
    }
    if (const auto date = local_date(texts_->text("created_at"))) {
      unread_before_ = *date + std::chrono::days{1} + kMostOffset;
    }
    if (const auto ts = texts_->instant_if("created_at")) offer(*texts_, *ts);
  }
}

void NewestFirst::read_unreadable() {
  unreadable_done_ = true;
  Statement all = connection_.statement(queries_of(kind_).all);
  all.bind(":task", task_.str());
  while (all.step()) {
    if (!all.instant_if("created_at")) offer(all, Instant::min());
  }
}

void NewestFirst::offer(const Statement& row, Instant ts) {
  const TracePosition position{ts, kind_, row.integer("row")};
  if (!after_ || position < *after_) heap_.push({position, row.text_if("event_type").value_or("")});
}

}  // namespace replay::registry
