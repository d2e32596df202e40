#include "summary/window_stats.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "model/audit.h"
#include "registry/read_view.h"
#include "summary/decision_facts.h"
#include "summary/hour_summary.h"

namespace replay::summary {
namespace {

/// Rows not folded yet are read in pieces, and at most this many of them: further behind than that
/// (minutes of work for the summarizer), an answer in time is worth more than one over everything,
/// and `behind` tells.
constexpr std::size_t kUnfoldedPiece = 1'000;
constexpr std::size_t kUnfoldedLimit = 50'000;

/// Decisions at or after `from` in rows newer than what is folded.
std::vector<DecisionFact> unfolded_from(const registry::ReadView& view, Instant from) {
  std::vector<DecisionFact> found;
  RowId above = view.fold_state().high;
  for (std::size_t read = 0; read < kUnfoldedLimit;) {
    const AuditPage page = view.audits_above(above, kUnfoldedPiece);
    for (const AuditRow& row : page.rows) {
      auto fact = facts_of(row).fact;
      if (fact && fact->at >= from) found.push_back(std::move(*fact));
    }
    if (!page.more) break;
    above = page.next;
    read += page.rows.size();
  }
  return found;
}

/// Everything in the window, step by step; `start_of_step` gives an hour or instant its step.
template <class StartOfStep>
std::map<Instant, HourSummary> summaries_from(const registry::ReadView& view, Instant from,
                                              StartOfStep start_of_step) {
  std::map<Instant, HourSummary> steps;
  const Instant first_whole_hour = std::chrono::ceil<std::chrono::hours>(from);
  view.each_fact_between(from, first_whole_hour, [&](const DecisionFact& fact) {
    steps[start_of_step(fact.at)].add(fact);
  });
  for (const HourRow& hour : view.hours_from(first_whole_hour)) {
    steps[start_of_step(hour.start)].merge(HourSummary::from_row(hour));
  }
  for (const DecisionFact& fact : unfolded_from(view, from))
    steps[start_of_step(fact.at)].add(fact);
  return steps;
}

HourSummary summary_from(const registry::ReadView& view, Instant from) {
  auto steps = summaries_from(view, from, [](Instant) { return Instant{}; });
  return std::move(steps[Instant{}]);
}

std::vector<DecisionFact> blocks_from(const registry::ReadView& view, Instant from) {
  std::vector<DecisionFact> blocks = view.blocked_facts_from(from);
  for (DecisionFact& fact : unfolded_from(view, from)) {
    if (fact.type == "BLOCKED") blocks.push_back(std::move(fact));
  }
  return blocks;
}

DecisionTypeCounts counts_of(const HourSummary& summary) {
  DecisionTypeCounts counts{.types = summary.decision_types};
  for (const auto& [type, count] : counts.types) counts.total += count;
  return counts;
}

LagStats lag_of(const HourSummary& summary) {
  LagStats lag;
  lag.p50 = summary.lags.quantile(0.50);
  lag.p95 = summary.lags.quantile(0.95);
  lag.p99 = summary.lags.quantile(0.99);
  lag.count = summary.lags.count();
  if (lag.count > 0) {
    lag.column_coverage =
        static_cast<double>(summary.lags_from_columns) / static_cast<double>(lag.count);
  }
  return lag;
}

/// Moves the first `top_n` of `items` in `before` order to the front and drops the rest.
template <class Item, class Before>
void keep_top(std::vector<Item>& items, std::size_t top_n, Before before) {
  const auto kept = static_cast<std::ptrdiff_t>(std::min(top_n, items.size()));
  std::partial_sort(items.begin(), items.begin() + kept, items.end(), before);
  items.erase(items.begin() + kept, items.end());
}

Instant start_of(Step step, Instant when) {
  return step == Step::hour ? floor_hour(when)
                            : Instant{std::chrono::floor<std::chrono::days>(when)};
}

}  // namespace

DecisionTypeCounts decision_types(const registry::ReadView& view, Instant from) {
  return counts_of(summary_from(view, from));
}

LagStats decision_lag(const registry::ReadView& view, Instant from, int percentile) {
  const HourSummary summary = summary_from(view, from);
  LagStats lag = lag_of(summary);
  lag.at_percentile = summary.lags.quantile(percentile / 100.0);
  for (const SlowDecision& slow : summary.slowest) {
    lag.highest.push_back(
        {view.decision_id_of(slow.row).value_or(DecisionId{}), slow.lag, slow.from_columns});
  }
  return lag;
}

BlockedStats blocked_reasons(const registry::ReadView& view, Instant from, std::size_t top_n) {
  struct Blocks {
    std::uint64_t count = 0;
    DecisionFact latest;
  };
  std::map<TaskId, Blocks> tasks;
  std::map<std::string, std::uint64_t> reasons;
  for (DecisionFact& fact : blocks_from(view, from)) {
    if (!fact.reason_code.empty()) ++reasons[fact.reason_code];
    Blocks& blocks = tasks[fact.task];
    if (blocks.count++ == 0 ||
        std::tie(fact.at, fact.row) > std::tie(blocks.latest.at, blocks.latest.row)) {
      blocks.latest = std::move(fact);
    }
  }
  BlockedStats stats;
  for (auto& [task, blocks] : tasks) {
    stats.tasks.push_back(
        {task, blocks.count, blocks.latest.at, std::move(blocks.latest.reason_code)});
  }
  keep_top(stats.tasks, top_n, [](const BlockedTask& a, const BlockedTask& b) {
    return std::tie(b.block_count, b.last_blocked_at, a.task) <
           std::tie(a.block_count, a.last_blocked_at, b.task);
  });
  stats.reasons.assign(reasons.begin(), reasons.end());
  keep_top(stats.reasons, top_n, [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  return stats;
}

std::vector<SeriesPoint> time_series(const registry::ReadView& view, Series series, Step step,
                                     Instant from, Instant now) {
  const auto start_of_step = [step](Instant when) { return start_of(step, when); };
  std::map<Instant, SeriesPoint> points;
  const Duration length =
      step == Step::hour ? Duration{std::chrono::hours{1}} : std::chrono::days{1};
  for (Instant start = start_of_step(from); start <= now; start += length)
    points[start].start = start;

  if (series == Series::blocked_tasks) {
    std::map<Instant, std::set<TaskId>> tasks;
    for (DecisionFact& fact : blocks_from(view, from)) {
      const auto point = points.find(start_of_step(fact.at));
      if (point == points.end()) continue;  // dated after `now`
      ++point->second.block_count;
      tasks[point->first].insert(std::move(fact.task));
    }
    for (const auto& [start, distinct] : tasks) points[start].blocked_tasks = distinct.size();
  } else {
    for (const auto& [start, summary] : summaries_from(view, from, start_of_step)) {
      const auto point = points.find(start);
      if (point == points.end()) continue;
      point->second.decisions = counts_of(summary);
      point->second.lag = lag_of(summary);
    }
  }
  std::vector<SeriesPoint> ascending;
  ascending.reserve(points.size());
  for (auto& [start, point] : points) ascending.push_back(std::move(point));
  return ascending;
}

}  // namespace replay::summary
