#include "summary/sweep_plan.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/audit.h"
#include "registry/read_view.h"
#include "summary/decision_facts.h"
#include "summary/hour_facts.h"

namespace replay::summary {
namespace {

/// Rows, and entries of each kind, that one step compares; see kChunk of fold_plan.
constexpr std::size_t kChunk = 1'000;
constexpr int kHoursAtOnce = 24;
constexpr RowId kLastRow = std::numeric_limits<RowId>::max();

/// Before the first instant a timestamp can name.
constexpr Instant kEarliest = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};

/// The last row there is; of an empty table what lies before the first one.
RowId end_of(const FoldState& state) { return state.last.value_or(std::min<RowId>(state.low, 0)); }

/// The rows of a range and everything that is kept of them.
struct Piece {
  RowId upto = kLastRow;  ///< kLastRow: nothing comes after it
  bool damaged = false;   ///< the rows cannot be read, and what is kept of them stays
  std::vector<AuditRow> rows;
  std::vector<DecisionFact> facts;
  std::vector<FlawedRow> flaws;
  std::vector<PayloadDecisionId> ids;
};

/// A full list may lack entries of its last row.
template <class Entry>
RowId complete_upto(const std::vector<Entry>& entries) {
  if (entries.size() < kChunk) return kLastRow;
  const RowId last = entries.back().row;
  return entries.front().row < last ? last - 1 : last;
}

template <class Entry>
void keep_upto(std::vector<Entry>& entries, RowId upto) {
  std::erase_if(entries, [upto](const Entry& entry) { return entry.row > upto; });
}

/// Rows above `after` up to `high`; what is kept of rows past `high` is of no row.
Piece read_piece(const registry::ReadView& view, const FoldState& state, RowId after, RowId high) {
  AuditPage page = view.audits_above(std::max(after, state.low), kChunk);
  Piece piece;
  if (page.damaged) {
    piece.upto = page.more ? std::min(page.next, high) : high;
    piece.damaged = true;
    return piece;
  }
  piece.rows = std::move(page.rows);
  piece.facts = view.facts_of_rows(after, kChunk);
  piece.flaws = view.flaws_of_rows(after, kChunk);
  piece.ids = view.ids_of_rows(after, kChunk);
  const RowId rows_upto = page.more && page.next < high ? page.next : kLastRow;
  piece.upto = std::min({rows_upto, complete_upto(piece.facts), complete_upto(piece.flaws),
                         complete_upto(piece.ids)});
  keep_upto(piece.rows, std::min(piece.upto, high));
  keep_upto(piece.facts, piece.upto);
  keep_upto(piece.flaws, piece.upto);
  keep_upto(piece.ids, piece.upto);
  return piece;
}

/// What should be kept of a piece's rows.
struct Expected {
  std::map<RowId, DecisionFact> facts;
  std::map<std::pair<RowId, Flaw>, FlawedRow> flaws;
  std::map<DecisionId, RowId> ids;
};

Expected expect(const std::vector<AuditRow>& rows) {
  Expected expected;
  for (const AuditRow& row : rows) {
    AuditFacts facts = facts_of(row);
    if (facts.fact) expected.facts.emplace(row.row, std::move(*facts.fact));
    for (const Flaw flaw : facts.flaws)
      expected.flaws.emplace(std::pair(row.row, flaw), FlawedRow{row.row, row.task, flaw});
    if (facts.payload_id) expected.ids.emplace(std::move(*facts.payload_id), row.row);
  }
  return expected;
}

/// Puts what is missing and takes away what is too much, of one piece.
class Comparer {
 public:
  Comparer(const registry::ReadView& view, SweepPlan& plan) : view_(view), plan_(plan) {}

  void compare(const Piece& piece) {
    if (piece.damaged) return;
    Expected expected = expect(piece.rows);
    facts(piece.facts, expected.facts);
    flaws(piece.flaws, expected.flaws);
    ids(piece.ids, expected.ids);
    correct_hours(view_, plan_.correction);
  }

 private:
  void facts(const std::vector<DecisionFact>& kept, std::map<RowId, DecisionFact>& expected) {
    std::set<RowId> gone;
    for (const DecisionFact& fact : kept) {
      const auto found = expected.find(fact.row);
      if (found != expected.end() && found->second == fact) {
        expected.erase(found);
      } else {
        plan_.correction.facts_gone.push_back(fact);
        gone.insert(fact.row);
      }
    }
    for (auto& [row, fact] : expected) {
      ++(gone.erase(row) > 0 ? plan_.differences.changed : plan_.differences.added);
      plan_.correction.batch.facts.push_back(std::move(fact));
    }
    plan_.differences.removed += gone.size();
  }

  void flaws(const std::vector<FlawedRow>& kept,
             std::map<std::pair<RowId, Flaw>, FlawedRow>& expected) {
    for (const FlawedRow& flawed : kept) {
      if (expected.erase({flawed.row, flawed.flaw}) > 0) continue;
      plan_.correction.flaws_gone.push_back(flawed);
      ++plan_.differences.removed;
    }
    for (auto& [key, flawed] : expected) {
      plan_.correction.batch.flaws.push_back(std::move(flawed));
      ++plan_.differences.added;
    }
  }

  void ids(const std::vector<PayloadDecisionId>& kept, std::map<DecisionId, RowId>& expected) {
    std::set<DecisionId> gone;
    for (const PayloadDecisionId& known : kept) {
      const auto found = expected.find(known.id);
      if (found != expected.end() && found->second == known.row) {
        expected.erase(found);
      } else {
        plan_.correction.ids_gone.push_back(known);
        gone.insert(known.id);
        ++plan_.differences.removed;
      }
    }
    for (const auto& [id, row] : expected) {
      // An earlier row that carries it too has it by right.
      const auto owner = view_.row_of_payload_id(id);
      if (owner && *owner < row && !gone.contains(id)) continue;
      plan_.correction.batch.ids.push_back({id, row});
      ++plan_.differences.added;
    }
  }

  const registry::ReadView& view_;
  SweepPlan& plan_;
};

/// Holds some hours against their facts. True: there are no more.
bool compare_hours(const registry::ReadView& view, SweepPlan& plan) {
  Sweep& sweep = plan.correction.sweep;
  for (int hours = 0; hours < kHoursAtOnce; ++hours) {
    const auto start = view.next_hour(sweep.hour.value_or(kEarliest));
    if (!start) return true;
    sweep.hour = *start + std::chrono::hours{1};
    const HourSummary exact = hour_of_facts(view, *start);
    const std::optional<HourRow> stored = view.hour(*start);
    if (exact == HourSummary{}) {
      plan.correction.hours_gone.push_back(*start);
    } else if (HourRow row = exact.to_row(*start); stored != row) {
      plan.correction.batch.hours.push_back(std::move(row));
    } else {
      continue;
    }
    ++plan.differences.changed;
  }
  return false;
}

/// Whether the row at `high`, which the anchor is to be taken of, is right in this very state.
bool end_agrees(const registry::ReadView& view, const FoldState& state, SweepPlan& plan) {
  Comparer(view, plan).compare(read_piece(view, state, state.high - 1, state.high));
  return plan.differences.total() == 0;
}

}  // namespace

Differences& Differences::operator+=(const Differences& other) {
  added += other.added;
  removed += other.removed;
  changed += other.changed;
  return *this;
}

bool ends_below_high(const FoldState& state) { return end_of(state) < state.high; }

SweepPlan begin_sweep(const FoldState& state, Instant now) {
  SweepPlan plan;
  FoldBatch& batch = plan.correction.batch;
  batch.from = state;
  batch.low = state.low;
  batch.high = state.high;
  batch.anchor = state.anchor;
  batch.at = now;
  return plan;
}

SweepPlan plan_sweep(const registry::ReadView& view, const Sweep& sweep, Instant now) {
  const FoldState state = view.fold_state();
  SweepPlan plan = begin_sweep(state, now);
  Sweep& after = plan.correction.sweep;
  after = sweep;
  bool rows_done = sweep.row == state.high;
  if (!rows_done) {
    const Piece piece = read_piece(view, state, sweep.row, state.high);
    Comparer(view, plan).compare(piece);
    rows_done = piece.upto >= state.high;
    after.row = std::min(piece.upto, state.high);
    after.rows += piece.rows.size();
    after.damaged += piece.damaged ? 1 : 0;
  }
  // Hours are looked at in the same step where it may be, or new rows would put them off for ever.
  if (rows_done && plan.differences.total() == 0 && compare_hours(view, plan) &&
      end_agrees(view, state, plan)) {
    const TableShape shape = view.shape("task_audits", state.high);
    plan.correction.ends = true;
    plan.correction.batch.anchor = shape.anchor;
    // Rows that cannot be read cannot be counted one by one, and are no reason to sweep again.
    if (after.damaged > 0) after.rows = shape.rows.value_or(after.rows);
  }
  after.found += plan.differences.total();
  return plan;
}

SweepPlan plan_lower_end(const registry::ReadView& view, Instant now) {
  const FoldState state = view.fold_state();
  const RowId end = end_of(state);
  SweepPlan plan = begin_sweep(state, now);
  if (state.sweep) plan.correction.sweep.found = state.sweep->found;
  const Piece piece = read_piece(view, state, end, end);
  Comparer(view, plan).compare(piece);
  if (piece.upto == kLastRow) {
    FoldBatch& batch = plan.correction.batch;
    batch.high = end;
    batch.low = std::min(state.low, end);
    batch.anchor = view.anchor("task_audits", end);
  }
  plan.correction.sweep.found += plan.differences.total();
  return plan;
}

}  // namespace replay::summary
