#include "summary/fold_plan.h"

#include <algorithm>
#include <map>

#include "model/audit.h"
#include "registry/read_view.h"
#include "summary/decision_facts.h"
#include "summary/hour_summary.h"

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

void add_hours(FoldBatch& batch, const registry::ReadView& view) {
  std::map<Instant, HourSummary> added;
  for (const DecisionFact& fact : batch.facts) added[floor_hour(fact.at)].add(fact);
  for (auto& [start, summary] : added) {
    if (const auto stored = view.hour(start)) summary.merge(HourSummary::from_row(*stored));
    batch.hours.push_back(summary.to_row(start));
  }
}

}  // namespace

FoldPlan plan_fold(const registry::ReadView& view, Instant now) {
  FoldPlan plan;
  plan.state = view.fold_state();
  if (plan.state.clearing) return plan;
  FoldBatch batch;
  batch.from = plan.state;
  batch.low = plan.state.low;
  batch.high = plan.state.high;
  batch.at = now;
  std::vector<AuditRow> rows = view.audits_above(batch.high, kChunk);
  if (!rows.empty()) {
    batch.high = rows.back().row;
  } else {
    plan.backfill = true;
    rows = view.audits_down_from(batch.low, kChunk);
    if (!rows.empty()) batch.low = rows.back().row - 1;
    // At the end the ids before the first row count as done as well: `low` above 0 means that a
    // backfill is under way.
    if (rows.size() < kChunk) batch.low = std::min<RowId>(batch.low, 0);
    if (batch.low == plan.state.low) return plan;
  }
  plan.rows = rows.size();
  add_facts(batch, rows);
  add_hours(batch, view);
  plan.batch = std::move(batch);
  return plan;
}

FoldedDecisions folded_decisions(const registry::ReadView& view, RowId after, RowId last) {
  std::vector<AuditRow> rows = view.audits_above(after, kChunk);
  FoldedDecisions found{.decisions = {},
                        .last = rows.size() < kChunk ? last : std::min(last, rows.back().row)};
  for (const AuditRow& row : rows) {
    auto fact = facts_of(row).fact;
    if (fact && row.row <= last) found.decisions.push_back(std::move(*fact));
  }
  return found;
}

}  // namespace replay::summary
