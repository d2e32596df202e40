#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

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

struct SummarizerStats {
  std::uint64_t rows_folded = 0;  ///< since start
  std::uint64_t rows_behind = 0;  ///< as of the last look
  std::uint64_t failures = 0;
  std::uint64_t damaged = 0;  ///< runs of rows that could not be read, and were passed by
  bool complete = false;      ///< nothing left to backfill
  std::uint64_t sweeps = 0;   ///< ended since start
  Differences corrected;      ///< since start
};

/// Folds every audit row, whoever wrote it, into hourly summaries: new rows on the bell, older ones
/// (adoption, rebuild) from the newest down in background steps while everything else serves. Reads
/// and computes outside any transaction, then submits one small job, refused if another process
/// moved the fold state meanwhile. Where nothing is left it looks for unreadable events, and
/// whether rows were deleted or replaced since they were folded (Reconciler). All state is in the
/// registry. Thread rule: public methods from any thread; steps run one at a time.
class Summarizer {
 public:
  /// Decisions that were not there at the first look, once each and after they are folded, whoever
  /// folded them (never those of backfill or a sweep), for LiveQuantiles and counters. Called on
  /// the thread of the step.
  using Observer = std::function<void(const std::vector<DecisionFact>&)>;

  Summarizer(registry::Registry& registry, const Clock& clock, Logger& log,
             Observer on_new_decisions);
  ~Summarizer();
  Summarizer(const Summarizer&) = delete;
  Summarizer& operator=(const Summarizer&) = delete;

  /// Folds on the bell until destruction, on a thread of its own, which no failure ends: it is
  /// counted, logged and tried again. What fails behind new rows does not hold them up; rows that
  /// cannot be read are passed by, and read again by every sweep.
  void start();

  /// One step: a piece of a rebuild's clearing, else new rows, else a chunk of backfill, else of
  /// what is done beside. False: nothing is to be done now. Throws Error(busy), Error(unavailable),
  /// Error(corrupt).
  bool step();

  [[nodiscard]] SummarizerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::summary
