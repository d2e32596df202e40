#include "summary/backfill_progress.h"

#include "base/clock.h"
#include "base/log.h"

namespace replay::summary {
namespace {

constexpr std::chrono::seconds kTellEvery{10};
constexpr double kTellShare = 0.1;

}  // namespace

void BackfillProgress::advance(std::uint64_t rows, std::uint64_t left) {
  const auto now = clock_.steady_now();
  if (!running_) {
    running_ = true;
    rows_ = 0;
    told_share_ = 0;
    started_ = told_ = now;
    log_.info("summary backfill started", {{"rows", rows + left}});
  }
  rows_ += rows;
  const double share =
      static_cast<double>(rows_) / static_cast<double>(std::max<std::uint64_t>(rows_ + left, 1));
  if (left == 0 || (now - told_ < kTellEvery && share - told_share_ < kTellShare)) return;
  told_ = now;
  told_share_ = share;
  log_.info("summary backfill goes on", {{"rows", rows_}, {"rows_left", left}});
}

void BackfillProgress::finish() {
  if (!running_) return;
  running_ = false;
  const std::chrono::duration<double> took = clock_.steady_now() - started_;
  log_.info("summary backfill finished", {{"rows", rows_}, {"seconds", took.count()}});
}

}  // namespace replay::summary
