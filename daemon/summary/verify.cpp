#include "summary/verify.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "model/audit.h"
#include "registry/read_pool.h"
#include "registry/read_view.h"
#include "summary/comparison.h"
#include "summary/exact.h"

namespace replay::summary {
namespace {

/// Before the first and after the last instant a timestamp can name.
constexpr Instant kEarliest = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Instant kLatest = std::chrono::sys_days{std::chrono::year{10'001} / 1 / 1};

constexpr std::size_t kRowsAtOnce = 2'000;
constexpr int kAttempts = 3;

/// One verification, from a first look over all rows to what is stored.
class Verifier {
 public:
  /// False: there is nothing to compare, which the result says.
  bool begin(const registry::ReadView& view);
  /// Reads a piece of the rows. False: they are all read.
  bool read_rows(const registry::ReadView& view) {
    if (next_ >= state_.high) return false;
    next_ = read_piece(view, next_, state_.high);
    return true;
  }
  /// Reads what has been folded since, and compares. nullopt: the summaries were corrected since
  /// the beginning, so that rows read before that say nothing.
  std::optional<Verification> finish(const registry::ReadView& view);

  Verification result;

 private:
  RowId read_piece(const registry::ReadView& view, RowId after, RowId last);
  void read_range(const registry::ReadView& view, RowId after, RowId last) {
    while (after < last) after = read_piece(view, after, last);
  }
  void compare_hours(const registry::ReadView& view);
  void compare_flaws(const registry::ReadView& view, RowId after, RowId last,
                     std::set<std::pair<RowId, Flaw>> exact);
  void compare_ids(const registry::ReadView& view, RowId after, RowId last,
                   const std::map<RowId, DecisionId>& exact);

  FoldState state_;
  RowId next_ = 0;
  std::map<Instant, ExactHour> hours_;
  ExactBlocks blocks_;
  Comparison comparison_;
};

bool Verifier::begin(const registry::ReadView& view) {
  state_ = view.fold_state();
  next_ = state_.low;
  result.rows_behind = state_.behind;
  if (state_.clearing) {
    result.differences.emplace_back(
        "The summaries are being rebuilt; verify them once that is done.");
    return false;
  }
  if (state_.low == state_.high && state_.behind > 0 && !view.next_hour(kEarliest)) {
    result.differences.emplace_back(
        "No summary was ever built; start the daemon or run `decision-replay summary rebuild`.");
    return false;
  }
  return true;
}

/// Returns the row up to which everything was read.
RowId Verifier::read_piece(const registry::ReadView& view, RowId after, RowId last) {
  const AuditPage page = view.audits_above(after, kRowsAtOnce);
  const RowId upto = page.more ? std::min(last, page.next) : last;
  if (page.damaged) {
    comparison_.unreadable(after, upto);
    return upto;
  }
  std::set<std::pair<RowId, Flaw>> flaws;
  std::map<RowId, DecisionId> ids;
  for (const AuditRow& row : page.rows) {
    if (row.row > upto) break;
    const ExactRow exact = exact_row(row);
    for (const Flaw flaw : exact.flaws) flaws.emplace(row.row, flaw);
    if (exact.payload_id) ids.emplace(row.row, *exact.payload_id);
    if (!exact.decision) continue;
    ++result.decisions;
    hours_[floor_hour(exact.decision->at)].add(*exact.decision);
    blocks_.add(*exact.decision);
  }
  compare_flaws(view, after, upto, std::move(flaws));
  compare_ids(view, after, upto, ids);
  return upto;
}

void Verifier::compare_flaws(const registry::ReadView& view, RowId after, RowId last,
                             std::set<std::pair<RowId, Flaw>> exact) {
  for (bool more = true; more;) {
    const std::vector<FlawedRow> kept = view.flaws_of_rows(after, kRowsAtOnce);
    more = kept.size() == kRowsAtOnce && kept.back().row <= last;
    for (const FlawedRow& flawed : kept) {
      if (flawed.row > last) break;
      after = flawed.row;
      if (exact.erase({flawed.row, flawed.flaw}) == 0)
        comparison_.of_row(flawed.row, name_of(flawed.flaw), false);
    }
  }
  for (const auto& [row, flaw] : exact) comparison_.of_row(row, name_of(flaw), true);
}

void Verifier::compare_ids(const registry::ReadView& view, RowId after, RowId last,
                           const std::map<RowId, DecisionId>& exact) {
  for (bool more = true; more;) {
    const std::vector<PayloadDecisionId> kept = view.ids_of_rows(after, kRowsAtOnce);
    more = kept.size() == kRowsAtOnce && kept.back().row <= last;
    for (const PayloadDecisionId& known : kept) {
      if (known.row > last) break;
      after = known.row;
      const auto found = exact.find(known.row);
      if (found == exact.end() || found->second != known.id)
        comparison_.of_row(known.row, "the decision id \"" + known.id.str() + "\"", false);
    }
  }
  for (const auto& [row, id] : exact) {
    // Where several rows carry it, it is the first one's.
    const auto owner = view.row_of_payload_id(id);
    if (!owner || *owner > row)
      comparison_.of_row(row, "the decision id \"" + id.str() + "\"", true);
  }
}

std::optional<Verification> Verifier::finish(const registry::ReadView& view) {
  const FoldState now = view.fold_state();
  if (now.epoch != state_.epoch || now.clearing) return std::nullopt;
  read_range(view, now.low, state_.low);
  read_range(view, state_.high, now.high);
  result.rows_behind = now.behind;
  compare_hours(view);
  ExactBlocks stored;
  for (const DecisionFact& fact : view.blocked_facts_from(kEarliest)) stored.add(fact);
  comparison_.blocks(blocks_, stored);
  result.differences = std::move(comparison_).differences();
  if (!view.audits_down_from(now.low, 1).rows.empty()) {
    result.differences.push_back("Audit rows up to row id " + std::to_string(now.low) +
                                 " are in no summary yet; let the daemon finish its backfill.");
  }
  return result;
}

void Verifier::compare_hours(const registry::ReadView& view) {
  const std::vector<HourRow> rows = view.hours_from(kEarliest);
  std::map<Instant, const HourRow*> stored;
  for (const HourRow& row : rows) {
    stored[row.start] = &row;
    hours_.try_emplace(row.start);
  }
  result.hours = hours_.size();
  const auto count_between = [&view](Instant from, Instant before) {
    std::uint64_t count = 0;
    view.each_fact_between(from, before, [&count](const DecisionFact&) { ++count; });
    return count;
  };
  Instant compared = kEarliest;
  for (auto& [start, exact] : hours_) {
    std::sort(exact.lags.begin(), exact.lags.end());
    const auto found = stored.find(start);
    comparison_.hour(start, exact, found == stored.end() ? nullptr : found->second);
    const Instant end = start + std::chrono::hours{1};
    ExactHour facts;
    view.each_fact_between(start, end, [&facts](const DecisionFact& fact) { facts.add(fact); });
    comparison_.facts(start, exact, facts);
    comparison_.stray_facts(count_between(compared, start), compared);
    compared = end;
  }
  comparison_.stray_facts(count_between(compared, kLatest), compared);
}

/// nullopt: the summaries were corrected meanwhile.
std::optional<Verification> verify_in_pieces(registry::ReadPool& reads) {
  Verifier verifier;
  const auto begin = [&](const registry::ReadView& view) { return verifier.begin(view); };
  if (!reads.read_now(begin)) return std::move(verifier.result);
  const auto read_rows = [&](const registry::ReadView& view) { return verifier.read_rows(view); };
  while (reads.read_now(read_rows)) {
  }
  return reads.read_now([&](const registry::ReadView& view) { return verifier.finish(view); });
}

}  // namespace

Verification verify(registry::ReadPool& reads) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (auto result = verify_in_pieces(reads)) return *std::move(result);
  }
  return reads.read_now([](const registry::ReadView& view) {
    Verifier verifier;
    if (!verifier.begin(view)) return std::move(verifier.result);
    while (verifier.read_rows(view)) {
    }
    return verifier.finish(view).value_or(Verification{});
  });
}

}  // namespace replay::summary
