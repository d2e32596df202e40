#include "summary/reconciler.h"

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "registry/registry.h"

namespace replay::summary {
namespace {

constexpr std::chrono::seconds kCheckEvery{5};
/// A check waits this many times as long as the one before it took.
constexpr int kCheckRest = 20;
constexpr int kSweepRest = 4;

constexpr Duration kSweepEvery = std::chrono::hours{24};
constexpr Duration kConfirmAfter = std::chrono::minutes{10};

}  // namespace

bool Reconciler::step(const FoldState& state) {
  const Steady start = clock_.steady_now();
  if (start < rest_until_) return false;
  if (state.sweep) {
    sweep(state);
    rest_until_ = clock_.steady_now() + kSweepRest * (clock_.steady_now() - start);
    return true;
  }
  if (!is_due(state) && !shape_differs(state)) return false;
  found_ = {};
  write(begin_sweep(state, clock_.now()));
  return true;
}

bool Reconciler::is_due(const FoldState& state) const {
  if (!state.rows || !state.swept_at) return true;
  const Duration age = clock_.now() - *state.swept_at;
  return age < Duration::zero() || age >= (state.drift > 0 ? kConfirmAfter : kSweepEvery);
}

bool Reconciler::shape_differs(const FoldState& state) {
  const Steady start = clock_.steady_now();
  // Read first: what is committed while we look rings afterwards.
  const std::uint64_t rings = registry_.changes().rings();
  if (start < check_at_ || rings_checked_ == rings) return false;
  const auto look = [high = state.high](const registry::ReadView& view) {
    return view.shape("task_audits", high);
  };
  const TableShape shape = registry_.reads().read_now(look);
  const Steady end = clock_.steady_now();
  check_at_ = end + std::max<Steady::duration>(kCheckEvery, kCheckRest * (end - start));
  rings_checked_ = rings;
  return shape.differs_from({state.rows, state.anchor});
}

void Reconciler::sweep(const FoldState& state) {
  const bool ahead = position_ && position_epoch_ == state.epoch;
  const Sweep from = ahead ? *position_ : *state.sweep;
  const auto look = [&from, now = clock_.now()](const registry::ReadView& view) {
    return plan_sweep(view, from, now);
  };
  const SweepPlan plan = registry_.reads().read_now(look);
  if (plan.correction.sweep.damaged > from.damaged) {
    ++damaged_;
    log_.error("audit rows cannot be read, the registry's file is damaged",
               {{"near_row", plan.correction.sweep.row}});
  }
  if (plan.matters()) {
    write(plan);
    return;
  }
  position_ = plan.correction.sweep;
  position_epoch_ = plan.correction.batch.from.epoch;
}

void Reconciler::lower_end() {
  const auto look = [now = clock_.now()](const registry::ReadView& view) {
    return plan_lower_end(view, now);
  };
  write(registry_.reads().read_now(look));
}

void Reconciler::write(const SweepPlan& plan) {
  const auto job = [&plan](registry::WriteTransaction& tx) { return tx.correct(plan.correction); };
  if (!registry_.writes().write_now(job, registry::Priority::background))
    return;  // another process moved the state: the next step looks again
  corrected_ += plan.differences;
  found_ += plan.differences;
  if (plan.correction.ends) finish(plan);
}

void Reconciler::finish(const SweepPlan& plan) {
  ++sweeps_;
  const Sweep& sweep = plan.correction.sweep;
  if (sweep.found == 0) return;
  log_.warn("summaries differed from the audit rows and were corrected",
            {{"rows", sweep.rows},
             {"differences", sweep.found},
             {"added", found_.added},
             {"removed", found_.removed},
             {"changed", found_.changed}});
}

}  // namespace replay::summary
