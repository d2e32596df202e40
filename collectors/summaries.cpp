#include "base/clock.h"
#include "base/mutex.h"
#include "collectors/collectors.h"
#include "collectors/families.h"
#include "registry/vitals.h"
#include "summary/summarizer.h"

namespace replay::collectors {
namespace {

class SummariesCollector final : public prometheus::Collectable {
 public:
  SummariesCollector(const registry::Vitals& vitals, const summary::Summarizer& summarizer,
                     const Clock& clock)
      : vitals_(vitals), summarizer_(summarizer), clock_(clock) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const summary::SummarizerStats stats = summarizer_.stats();
    const registry::VitalSigns signs = vitals_.signs();
    return {
        gauge("decision_replay_summaries_rows_behind",
              "Audit rows that the summaries do not hold yet, at most.", sample(signs.rows_behind)),
        gauge("decision_replay_summaries_age_seconds",
              "For how long rows have been waiting without any being summarised, as scrapes saw "
              "it; 0 while the "
              "summaries keep up.",
              to_seconds(age(signs.rows_behind, stats.rows_folded))),
        gauge("decision_replay_summaries_complete",
              "Whether every older row is summarised (1) or backfill goes on (0).",
              stats.complete ? 1 : 0),
        counter("decision_replay_summaries_rows_folded_total", "Audit rows summarised since start.",
                sample(stats.rows_folded)),
        counter("decision_replay_summaries_failures_total",
                "Attempts to summarise that failed; they are repeated.", sample(stats.failures)),
        counter("decision_replay_summaries_damaged_total",
                "Runs of audit rows that could not be read because the file is damaged, and were "
                "passed by.",
                sample(stats.damaged)),
        counter("decision_replay_summaries_sweeps_total",
                "Comparisons with every audit row that the daemon has ended since start.",
                sample(stats.sweeps)),
        counter(
            "decision_replay_summaries_corrections_total",
            "What was mended in the summaries because rows had been added out of order, removed "
            "or changed behind them.",
            {{{{"kind", "added"}}, sample(stats.corrected.added)},
             {{{"kind", "removed"}}, sample(stats.corrected.removed)},
             {{{"kind", "changed"}}, sample(stats.corrected.changed)}}),
    };
  }

 private:
  /// Time since the summaries last moved. That rows are behind says little: under load some always
  /// are.
  Duration age(std::uint64_t behind, std::uint64_t folded) const {
    const MutexLock lock(mutex_);
    const Instant now = clock_.now();
    if (behind == 0 || folded != folded_) {
      folded_ = folded;
      moved_at_ = now;
    }
    return now - moved_at_;
  }

  const registry::Vitals& vitals_;
  const summary::Summarizer& summarizer_;
  const Clock& clock_;

  mutable Mutex mutex_;
  mutable std::uint64_t folded_ GUARDED_BY(mutex_) = 0;
  mutable Instant moved_at_ GUARDED_BY(mutex_) = clock_.now();
};

}  // namespace

Collector summaries(const registry::Vitals& vitals, const summary::Summarizer& summarizer,
                    const Clock& clock) {
  return std::make_unique<SummariesCollector>(vitals, summarizer, clock);
}

}  // namespace replay::collectors
