#include "summary/verify.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "model/audit.h"
#include "registry/read_view.h"
#include "summary/comparison.h"
#include "summary/exact.h"

namespace replay::summary {
namespace {

/// Before the first and after the last instant a timestamp can name.
constexpr Instant kEarliest = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Instant kLatest = std::chrono::sys_days{std::chrono::year{10'001} / 1 / 1};

}  // namespace

Verification verify(const registry::ReadView& view) {
  const FoldState state = view.fold_state();
  const std::vector<HourRow> rows = view.hours_from(kEarliest);
  Verification result;
  result.rows_behind = state.behind;
  if (state.clearing) {
    result.differences.emplace_back(
        "The summaries are being rebuilt; verify them once that is done.");
    return result;
  }
  if (rows.empty() && state.low == state.high && state.behind > 0) {
    result.differences.emplace_back(
        "No summary was ever built; start the daemon or run `decision-replay summary rebuild`.");
    return result;
  }

  std::map<Instant, ExactHour> hours;
  ExactBlocks blocks;
  const auto visit = [&](const AuditRow& row) {
    const auto decision = exact_decision(row);
    if (!decision) return;
    ++result.decisions;
    hours[floor_hour(decision->at)].add(*decision);
    blocks.add(*decision);
  };
  view.each_decision_audit(state.low, state.high, visit);

  std::map<Instant, const HourRow*> stored;
  for (const HourRow& row : rows) {
    stored[row.start] = &row;
    hours.try_emplace(row.start);
  }
  result.hours = hours.size();

  Comparison comparison;
  Instant compared = kEarliest;
  for (auto& [start, exact] : hours) {
    std::sort(exact.lags.begin(), exact.lags.end());
    const auto found = stored.find(start);
    comparison.hour(start, exact, found == stored.end() ? nullptr : found->second);
    const Instant end = start + std::chrono::hours{1};
    comparison.facts(start, exact, view.facts_between(start, end));
    comparison.stray_facts(view.facts_between(compared, start).size(), compared);
    compared = end;
  }
  comparison.stray_facts(view.facts_between(compared, kLatest).size(), compared);

  ExactBlocks stored_blocks;
  for (const DecisionFact& fact : view.blocked_facts_from(kEarliest)) stored_blocks.add(fact);
  comparison.blocks(blocks, stored_blocks);
  result.differences = std::move(comparison).differences();
  if (!view.audits_down_from(state.low, 1).empty()) {
    result.differences.push_back("Audit rows up to row id " + std::to_string(state.low) +
                                 " are in no summary yet; let the daemon finish its backfill.");
  }
  return result;
}

}  // namespace replay::summary
