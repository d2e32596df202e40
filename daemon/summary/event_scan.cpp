#include "summary/event_scan.h"

#include <algorithm>
#include <vector>

#include "model/audit.h"
#include "registry/read_view.h"
#include "summary/decision_facts.h"

namespace replay::summary {
namespace {

/// A step writes little but its position, so it may be long.
constexpr std::size_t kChunk = 5'000;

void add_flaws(EventScan& scan, const std::vector<AuditRow>& events) {
  for (const AuditRow& event : events) {
    for (const Flaw flaw : event_flaws(event))
      scan.flaws.push_back({event.row, event.task, flaw, FlawedTable::events});
  }
}

}  // namespace

std::optional<EventScan> plan_event_scan(const registry::ReadView& view) {
  if (!view.has_table("task_events")) return std::nullopt;
  const RowId last = view.last_row("task_events");
  EventScan scan;
  scan.from = view.event_scan_state();
  // Ids of a table whose end came down are given again.
  const EventScanState now = scan.from.value_or(EventScanState{last, last});
  scan.to = {std::min(now.low, last), std::min(now.high, last)};
  scan.above = scan.to.high;
  scan.upto = now.high;
  if (last < now.high) return scan;

  AuditPage page = view.events_above(now.high, kChunk);
  if (page.next != now.high) {
    scan.to.high = scan.upto = page.next;
  } else {
    page = view.events_down_from(now.low, kChunk);
    scan.upto = now.low;
    scan.to.low = page.next;
    if (!page.more) scan.to.low = std::min<RowId>(scan.to.low, 0);
    scan.above = scan.to.low;
    if (scan.from == scan.to) return std::nullopt;
  }
  add_flaws(scan, page.rows);
  return scan;
}

}  // namespace replay::summary
