#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "model/stats.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::registry {
class Registry;
}

namespace replay::summary {

struct SummarizerStats {
  std::uint64_t rows_folded = 0;    ///< since start
  std::uint64_t rows_behind = 0;    ///< as of the last look
  std::uint64_t failures = 0;
  bool complete = false;            ///< nothing left to backfill
};

/// Folds every audit row, whoever wrote it, into hourly summaries: new rows on the bell, older ones (adoption,
/// rebuild) from the newest down in background steps while everything else serves. Reads and computes outside
/// any transaction, then submits one small job, refused if another process moved the fold state meanwhile. All state is in the registry.
/// Thread rule: public methods from any thread; run() has a thread of its own where start() is used.
class Summarizer {
 public:
  /// New decisions as they are folded (never those of backfill), for LiveStats and counters.
  using Observer = std::function<void(const std::vector<DecisionFact>&)>;

  Summarizer(registry::Registry& registry, const Clock& clock, Logger& log, Observer on_new_decisions);
  ~Summarizer();
  Summarizer(const Summarizer&) = delete;
  Summarizer& operator=(const Summarizer&) = delete;

  /// Folds on the bell until destruction, on a thread of its own.
  void start();

  /// One step: new rows first, else a chunk of backfill, else a piece of a rebuild's clearing. False: nothing was left to do.
  bool step();

  [[nodiscard]] SummarizerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::summary
