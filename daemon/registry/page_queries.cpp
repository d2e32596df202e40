#include <cstddef>
#include <limits>
#include <optional>

#include <SQLiteCpp/Exception.h>

#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

AuditRow to_audit(const Statement& row) {
  AuditRow audit;
  audit.row = row.integer("row");
  audit.task = TaskId(row.text_if("task_id").value_or(""));
  audit.event_type = row.text_if("event_type").value_or("");
  audit.created_at = row.instant_if("created_at");
  audit.payload = row.text_if("payload");
  audit.decision_id = row.text_if("decision_id");
  audit.source_event_ts = row.text_if("source_event_ts");
  audit.supervisor_processed_at = row.text_if("supervisor_processed_at");
  return audit;
}

/// One way through a table: `sql` begins at a row, and the row after `row` is `row + step`.
class Direction {
 public:
  Direction(Connection& connection, const char* sql, RowId step)
      : connection_(connection), sql_(sql), step_(step) {}

  [[nodiscard]] AuditPage page_from(RowId from, std::size_t limit) const {
    AuditPage page{.rows = {}, .next = from};
    try {
      read(page, from, limit);
    } catch (const SQLite::Exception& failure) {
      if (!connection_.met_damage(failure)) throw;
      page.more = true;
      if (!page.rows.empty()) return page;
      const auto next = past_damage(from);
      page.more = next.has_value();
      page.next = next.value_or(from);
      page.damaged = true;
    }
    return page;
  }

 private:
  void read(AuditPage& page, RowId from, std::size_t limit) const {
    Statement rows = connection_.statement(sql_);
    rows.bind(":row", from).bind(":limit", static_cast<std::int64_t>(limit));
    std::size_t bytes = 0;
    while (bytes < kMostBytesOfPage && rows.step()) {
      page.rows.push_back(to_audit(rows));
      page.next = step_ > 0 ? page.rows.back().row : page.rows.back().row - 1;
      bytes += page.rows.back().payload.value_or("").size();
    }
    page.more = page.rows.size() == limit || bytes >= kMostBytesOfPage;
  }

  enum class Found { row, nothing, damage };

  /// What stands from here on.
  [[nodiscard]] Found probe(RowId from) const {
    try {
      AuditPage page;
      read(page, from, 1);
      return page.rows.empty() ? Found::nothing : Found::row;
    } catch (const SQLite::Exception& failure) {
      if (!connection_.met_damage(failure)) throw;
      return Found::damage;
    }
  }

  /// The nearest place behind `from` from which on rows can be read again; a page holds a few rows
  /// and an inner one thousands, so the distance is doubled, then halved. nullopt: nothing can be
  /// read to the end.
  [[nodiscard]] std::optional<RowId> past_damage(RowId from) const {
    constexpr RowId kFarthest = RowId{1} << 32;
    using Limits = std::numeric_limits<RowId>;
    if (from > Limits::max() - 2 * kFarthest || from < Limits::min() + 2 * kFarthest)
      return std::nullopt;
    RowId damaged = 0;
    RowId distance = 1;
    while (probe(from + step_ * distance) == Found::damage) {
      if (distance >= kFarthest) return std::nullopt;
      damaged = distance;
      distance *= 2;
    }
    while (distance - damaged > 1) {
      const RowId middle = damaged + (distance - damaged) / 2;
      (probe(from + step_ * middle) == Found::damage ? damaged : distance) = middle;
    }
    const RowId place = from + step_ * distance;
    return probe(place) == Found::row ? std::optional(place) : std::nullopt;
  }

  Connection& connection_;
  const char* sql_;
  RowId step_;
};

}  // namespace

AuditPage ReadView::audits_above(RowId row, std::size_t limit) const {
  return Direction(connection_, sql::kAuditsAbove, 1).page_from(row, limit);
}

AuditPage ReadView::audits_down_from(RowId row, std::size_t limit) const {
  return Direction(connection_, sql::kAuditsDownFrom, -1).page_from(row, limit);
}

AuditPage ReadView::events_above(RowId row, std::size_t limit) const {
  return Direction(connection_, sql::kEventsAbove, 1).page_from(row, limit);
}

AuditPage ReadView::events_down_from(RowId row, std::size_t limit) const {
  return Direction(connection_, sql::kEventsDownFrom, -1).page_from(row, limit);
}

}  // namespace replay::registry
