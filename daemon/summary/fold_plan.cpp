#include "summary/fold_plan.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "model/audit.h"
#include "registry/read_view.h"
#include "summary/decision_facts.h"
#include "summary/hour_facts.h"
#include "summary/hour_summary.h"
#include "summary/sweep_plan.h"

namespace replay::summary {
namespace {

/// Rows a step reads and one transaction folds. Writing them takes some ten milliseconds, which is
/// what another process that wants the lock may have to wait; larger chunks gain little, since what
/// a chunk costs apart from its rows is one commit and the few hours it touches.
constexpr std::size_t kChunk = 1'000;

void add_facts(FoldBatch& batch, const std::vector<AuditRow>& rows) {
  for (const AuditRow& row : rows) {
    AuditFacts facts = facts_of(row);
    if (facts.fact) batch.facts.push_back(std::move(*facts.fact));
    for (const Flaw flaw : facts.flaws) batch.flaws.push_back({row.row, row.task, flaw});
    if (facts.payload_id) batch.ids.push_back({std::move(*facts.payload_id), row.row});
  }
}

/// The stored hour, or, where its bytes are damaged, what they should be.
HourSummary stored_hour(const registry::ReadView& view, const HourRow& row) {
  try {
    return HourSummary::from_row(row);
  } catch (const Error&) {
    return hour_of_facts(view, row.start);
  }
}

void add_hours(FoldBatch& batch, const registry::ReadView& view) {
  std::map<Instant, HourSummary> added;
  for (const DecisionFact& fact : batch.facts) added[floor_hour(fact.at)].add(fact);
  for (auto& [start, summary] : added) {
    if (const auto stored = view.hour(start)) summary.merge(stored_hour(view, *stored));
    batch.hours.push_back(summary.to_row(start));
  }
}

FoldBatch batch_from(const FoldState& state, Instant now) {
  FoldBatch batch;
  batch.from = state;
  batch.low = state.low;
  batch.high = state.high;
  batch.anchor = state.anchor;
  batch.at = now;
  return batch;
}

void add_rows(FoldBatch& batch, const std::vector<AuditRow>& rows, const registry::ReadView& view) {
  batch.rows = rows.size();
  add_facts(batch, rows);
  add_hours(batch, view);
}

}  // namespace

FoldPlan plan_fold(const registry::ReadView& view, Instant now) {
  FoldPlan plan{.state = view.fold_state(), .batch = {}};
  if (plan.state.clearing || ends_below_high(plan.state)) return plan;
  const AuditPage page = view.audits_above(plan.state.high, kChunk);
  if (page.next == plan.state.high) return plan;
  FoldBatch batch = batch_from(plan.state, now);
  batch.high = page.next;
  batch.damaged = page.damaged;
  batch.anchor = view.anchor("task_audits", batch.high);
  add_rows(batch, page.rows, view);
  plan.batch = std::move(batch);
  return plan;
}

FoldPlan plan_backfill(const registry::ReadView& view, Instant now) {
  FoldPlan plan{.state = view.fold_state(), .batch = {}};
  if (plan.state.clearing) return plan;
  const AuditPage page = view.audits_down_from(plan.state.low, kChunk);
  FoldBatch batch = batch_from(plan.state, now);
  batch.low = page.next;
  batch.damaged = page.damaged;
  // At the end the ids before the first row count as done as well: `low` above 0 means that a
  // backfill is under way.
  if (!page.more) batch.low = std::min<RowId>(batch.low, 0);
  if (batch.low == plan.state.low) return plan;
  batch.completes_backfill = batch.low <= 0;
  // Where nothing is folded yet, the row at `high` is about to be.
  if (plan.state.low == plan.state.high) batch.anchor = view.anchor("task_audits", batch.high);
  add_rows(batch, page.rows, view);
  plan.batch = std::move(batch);
  return plan;
}

FoldedDecisions folded_decisions(const registry::ReadView& view, RowId after, RowId last) {
  const AuditPage page = view.audits_above(after, kChunk);
  FoldedDecisions found{.decisions = {}, .last = page.more ? std::min(last, page.next) : last};
  for (const AuditRow& row : page.rows) {
    auto fact = facts_of(row).fact;
    if (fact && row.row <= last) found.decisions.push_back(std::move(*fact));
  }
  return found;
}

}  // namespace replay::summary
