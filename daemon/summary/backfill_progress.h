#pragma once

#include <chrono>
#include <cstdint>

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::summary {

/// Tells in the log how a backfill comes on: at its start, every ten seconds or tenth of the way,
/// and at its end. Thread rule: one thread.
class BackfillProgress {
 public:
  BackfillProgress(const Clock& clock, Logger& log) : clock_(clock), log_(log) {}

  /// `rows` were folded and at most `left` are to come.
  void advance(std::uint64_t rows, std::uint64_t left);
  /// Nothing is left. Says nothing where nothing was done since the last end.
  void finish();

 private:
  const Clock& clock_;
  Logger& log_;
  bool running_ = false;
  std::uint64_t rows_ = 0;
  double told_share_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point told_;
};

}  // namespace replay::summary
