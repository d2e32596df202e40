#include "supervisor/inbox_upkeep.h"

#include "base/clock.h"
#include "base/log.h"
#include "registry/registry.h"

namespace replay::supervisor {
namespace {

constexpr std::chrono::seconds kTidyEvery{30};

/// Completed rows removed per transaction.
constexpr std::size_t kRemovedPerStep = 500;

}  // namespace

InboxUpkeep::Done InboxUpkeep::tidy_if_due() {
  const auto now = clock_.steady_now();
  if (tidied_at_ && now - *tidied_at_ < kTidyEvery) return {};
  tidied_at_ = now;
  const std::size_t revived = revive_stuck();
  return {revived, remove_old()};
}

std::size_t InboxUpkeep::revive_stuck() {
  const Instant before = clock_.now() - stuck_after_;
  const std::size_t revived = registry_.writes().write_now(
      [before](registry::WriteTransaction& tx) { return tx.revive_stuck(before); });
  if (revived > 0) {
    log_.warn("inbox rows left in processing are pending again", {{"rows", revived}});
  }
  return revived;
}

std::size_t InboxUpkeep::remove_old() {
  const Instant before = clock_.now() - retention_;
  const auto remove_some = [before](registry::WriteTransaction& tx) {
    return tx.remove_completed(before, kRemovedPerStep);
  };
  std::size_t removed = 0;
  while (!registry_.changes().stopped()) {
    const std::size_t some =
        registry_.writes().write_now(remove_some, registry::Priority::background);
    removed += some;
    if (some < kRemovedPerStep) break;
  }
  return removed;
}

}  // namespace replay::supervisor
