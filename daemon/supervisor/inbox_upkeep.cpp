#include "supervisor/inbox_upkeep.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "registry/registry.h"

namespace replay::supervisor {
namespace {

constexpr std::chrono::seconds kTidyEvery{30};

/// Rows changed per transaction.
constexpr std::size_t kRowsPerStep = 500;

}  // namespace

InboxUpkeep::Done InboxUpkeep::tidy_if_due() {
  const auto now = clock_.steady_now();
  if (tidied_at_ && now - *tidied_at_ < kTidyEvery) return {};
  tidied_at_ = now;
  if (!first_look_) first_look_ = FirstLook{clock_.now(), now};
  const std::size_t revived = revive_stuck();
  return {revived, remove_old()};
}

Instant InboxUpkeep::now_at_most() const {
  const auto passed = std::chrono::floor<Duration>(clock_.steady_now() - first_look_->steady);
  return std::min(clock_.now(), first_look_->wall + passed);
}

std::vector<RowId> InboxUpkeep::find_stuck() {
  const SteadyTime now = clock_.steady_now();
  const Instant before = now_at_most() - stuck_after_;
  std::vector<RowId> stuck;
  std::unordered_map<RowId, Sighting> processing;
  for (const ProcessingRow& row : registry_.reads().read_now(
           [](const registry::ReadView& view) { return view.processing_rows(); })) {
    const auto known = processing_.find(row.row);
    const bool same = known != processing_.end() && known->second.since == row.since;
    const SteadyTime first_seen = same ? known->second.first_seen : now;
    processing[row.row] = {row.since, first_seen};
    if ((row.since && *row.since < before) || now - first_seen >= stuck_after_) {
      stuck.push_back(row.row);
    }
  }
  processing_ = std::move(processing);
  return stuck;
}

std::size_t InboxUpkeep::revive_stuck() {
  const std::vector<RowId> stuck = find_stuck();
  std::size_t revived = 0;
  for (std::span<const RowId> rest(stuck); !rest.empty() && !registry_.changes().stopped();) {
    const auto some = rest.first(std::min(rest.size(), kRowsPerStep));
    revived += registry_.writes().write_now(
        [some](registry::WriteTransaction& tx) { return tx.revive(some); },
        registry::Priority::background);
    rest = rest.subspan(some.size());
  }
  if (revived > 0) {
    log_.warn("inbox rows left in processing are pending again", {{"rows", revived}});
  }
  return revived;
}

std::size_t InboxUpkeep::remove_old() {
  // A stamp from the far future is of a clock that was wrong.
  const Instant from = now_at_most() - retention_;
  const Instant to = clock_.now() + retention_;
  const auto remove_some = [from, to](registry::WriteTransaction& tx) {
    return tx.remove_completed(from, to, kRowsPerStep);
  };
  std::size_t removed = 0;
  while (!registry_.changes().stopped()) {
    const std::size_t some =
        registry_.writes().write_now(remove_some, registry::Priority::background);
    removed += some;
    if (some < kRowsPerStep) break;
  }
  return removed;
}

}  // namespace replay::supervisor
