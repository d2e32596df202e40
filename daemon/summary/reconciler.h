#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "model/stats.h"
#include "summary/sweep_plan.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::registry {
class Registry;
}

namespace replay::summary {

/// Notices that rows which are folded were deleted, replaced or joined by others, and makes the
/// summaries right again. A look at the table's shape (after a commit of anybody, at most every
/// five seconds and a twentieth of the time) tells that something is different; a sweep over all
/// rows, of a fifth of the time, tells what. One is made every day in any case, since a changed
/// payload shows in no shape, and ten minutes after one that found something. All state is in the
/// registry, but for how far a sweep has come without finding anything. Thread rule: one thread.
class Reconciler {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  Reconciler(registry::Registry& registry, const Clock& clock, Logger& log)
      : registry_(registry), clock_(clock), log_(log) {}

  /// One step, where one is due. REQUIRES: all rows are folded. False: nothing was to be done.
  bool step(const FoldState& state);
  /// Takes back what was folded of rows past the table's end. REQUIRES: ends_below_high(state).
  void lower_end();

  /// When the next step of a sweep may be made.
  [[nodiscard]] Steady rests_until() const { return rest_until_; }
  [[nodiscard]] const Differences& corrected() const { return corrected_; }  ///< since start
  [[nodiscard]] std::uint64_t sweeps() const { return sweeps_; }             ///< ended since start
  /// Runs of rows that could not be read, since start.
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

 private:
  [[nodiscard]] bool is_due(const FoldState& state) const;
  [[nodiscard]] bool shape_differs(const FoldState& state);
  void sweep(const FoldState& state);
  void write(const SweepPlan& plan);
  void finish(const SweepPlan& plan);

  registry::Registry& registry_;
  const Clock& clock_;
  Logger& log_;

  /// How far the sweep of this epoch has come; older than the registry's where the epoch differs.
  std::optional<Sweep> position_;
  std::uint64_t position_epoch_ = 0;
  Steady rest_until_ = Steady::min();
  Steady check_at_ = Steady::min();
  std::optional<std::uint64_t> rings_checked_;
  Differences found_;  ///< by the sweep under way
  Differences corrected_;
  std::uint64_t sweeps_ = 0;
  std::uint64_t damaged_ = 0;
};

}  // namespace replay::summary
