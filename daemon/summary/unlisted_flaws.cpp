#include "summary/unlisted_flaws.h"

#include <functional>
#include <limits>

#include "model/audit.h"
#include "registry/read_pool.h"
#include "registry/read_view.h"
#include "summary/decision_facts.h"

namespace replay::summary {
namespace {

constexpr std::size_t kRowsAtOnce = 1'000;

using ReadPage = AuditPage (registry::ReadView::*)(RowId, std::size_t) const;

/// Calls `visit` for every row of a table outside (low, high].
void each_row_outside(registry::ReadPool& reads, RowId low, RowId high, ReadPage above,
                      ReadPage down_from, const std::function<void(const AuditRow&)>& visit) {
  const auto each = [&](ReadPage read_page, RowId from) {
    for (bool more = true; more;) {
      const auto read = [&](const registry::ReadView& view) {
        return (view.*read_page)(from, kRowsAtOnce);
      };
      const AuditPage page = reads.read_now(read);
      for (const AuditRow& row : page.rows) visit(row);
      from = page.next;
      more = page.more;
    }
  };
  each(above, high);
  each(down_from, low);
}

}  // namespace

Flaws unlisted_flaws(registry::ReadPool& reads, const FoldState& folded,
                     const std::optional<EventScanState>& scanned, std::size_t most_examples) {
  using registry::ReadView;
  Flaws found;
  const auto add = [&](const AuditRow& row, const std::vector<Flaw>& flaws, FlawedTable table) {
    for (const Flaw flaw : flaws) {
      ++found.counts[{table, flaw}];
      if (found.examples.size() < most_examples)
        found.examples.push_back({row.row, row.task, flaw, table});
    }
  };
  each_row_outside(
      reads, folded.low, folded.high, &ReadView::audits_above, &ReadView::audits_down_from,
      [&](const AuditRow& row) { add(row, facts_of(row).flaws, FlawedTable::audits); });
  const auto has_events = [](const ReadView& view) { return view.has_table("task_events"); };
  if (!reads.read_now(has_events)) return found;
  constexpr RowId kNone = std::numeric_limits<RowId>::min();
  const EventScanState events = scanned.value_or(EventScanState{kNone, kNone});
  each_row_outside(reads, events.low, events.high, &ReadView::events_above,
                   &ReadView::events_down_from,
                   [&](const AuditRow& row) { add(row, event_flaws(row), FlawedTable::events); });
  return found;
}

}  // namespace replay::summary
