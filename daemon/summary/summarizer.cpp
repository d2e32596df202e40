#include "summary/summarizer.h"

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/registry.h"
#include "summary/backfill_progress.h"
#include "summary/fold_plan.h"

namespace replay::summary {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The bell may fail to ring (a file system without change counters); nobody waits longer than
/// this.
constexpr seconds kLongestSilence{1};
constexpr milliseconds kFirstRetry{100};
constexpr milliseconds kLastRetry{10'000};
constexpr seconds kLogEvery{30};

/// Rows of a rebuild's clearing that one transaction removes: some milliseconds, see kChunk of
/// fold_plan.
constexpr std::size_t kClearChunk = 2'000;

}  // namespace

struct Summarizer::Impl {
  Impl(registry::Registry& of, const Clock& now_from, Logger& log_to, Observer on_new)
      : registry(of),
        clock(now_from),
        log(log_to),
        observer(std::move(on_new)),
        progress(clock, log) {}

  ~Impl() {
    thread.request_stop();
    registry.changes().ring();  // it may be waiting for the bell
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool step();
  void fold(const FoldPlan& plan) REQUIRES_LOCK(one_step);
  void run(const std::stop_token& stop);
  void work_off(const std::stop_token& stop);
  void report(const std::exception& error);
  void report_recovery();

  registry::Registry& registry;
  const Clock& clock;
  Logger& log;
  const Observer observer;

  Mutex one_step;
  /// The last row whose decision the observer knows.
  std::optional<RowId> observed GUARDED_BY(one_step);
  BackfillProgress progress GUARDED_BY(one_step);

  mutable Mutex stats_mutex;
  SummarizerStats stats GUARDED_BY(stats_mutex);

  // Of the thread alone.
  std::uint64_t failed_in_a_row = 0;
  std::chrono::steady_clock::time_point last_report;

  Mutex pause_mutex;
  std::condition_variable_any pause;
  std::jthread thread;
};

bool Summarizer::Impl::step() {
  const MutexLock lock(one_step);
  const Instant now = clock.now();
  const auto look = [now](const registry::ReadView& view) { return plan_fold(view, now); };
  const FoldPlan plan = registry.reads().read_now(look);
  if (!observed) observed = plan.state.high;
  {
    const MutexLock stats_lock(stats_mutex);
    stats.rows_behind = plan.state.behind;
    stats.complete = !plan.state.clearing && !plan.batch;
  }
  if (*observed < plan.state.high) {
    // Folded by another process, or passed by while a rebuild was clearing: news to the observer
    // all the same.
    const auto next = [after = *observed, last = plan.state.high](const registry::ReadView& view) {
      return folded_decisions(view, after, last);
    };
    const FoldedDecisions found = registry.reads().read_now(next);
    observed = found.last;
    if (!found.decisions.empty()) observer(found.decisions);
  } else if (plan.state.clearing) {
    const auto clear = [](registry::WriteTransaction& tx) { return tx.clear_step(kClearChunk); };
    (void)registry.writes().write_now(clear, registry::Priority::background);
  } else if (plan.batch) {
    fold(plan);
  } else {
    progress.finish();
    return false;
  }
  return true;
}

void Summarizer::Impl::fold(const FoldPlan& plan) {
  const FoldBatch& batch = *plan.batch;
  const auto job = [&batch](registry::WriteTransaction& tx) { return tx.fold(batch); };
  const auto priority =
      plan.backfill ? registry::Priority::background : registry::Priority::foreground;
  const bool folded = registry.writes().write_now(job, priority);
  if (!folded) return;  // another process was first: the next step looks again
  {
    const MutexLock lock(stats_mutex);
    stats.rows_folded += plan.rows;
  }
  if (!plan.backfill) {
    observed = batch.high;
    if (!batch.facts.empty()) observer(batch.facts);
  } else if (plan.rows > 0) {
    const auto done = static_cast<std::uint64_t>(plan.state.low - batch.low);
    progress.advance(plan.rows, plan.state.behind - std::min(plan.state.behind, done));
  }
}

void Summarizer::Impl::run(const std::stop_token& stop) {
  registry::ChangeWatch& changes = registry.changes();
  while (true) {
    const std::uint64_t seen = changes.rings();
    // Asked after reading the bell: who stops the thread rings it afterwards, so wait() returns.
    if (stop.stop_requested() || changes.stopped()) return;
    work_off(stop);
    changes.wait(seen, kLongestSilence);
  }
}

/// Steps until nothing is left, waiting longer and longer while they fail.
void Summarizer::Impl::work_off(const std::stop_token& stop) {
  milliseconds retry = kFirstRetry;
  bool more = true;
  while (more && !stop.stop_requested() && !registry.changes().stopped()) {
    try {
      more = step();
      report_recovery();
      retry = kFirstRetry;
    } catch (const std::exception& error) {
      report(error);
      MutexLock lock(pause_mutex);
      pause.wait_for(lock, stop, retry, [] { return false; });
      retry = std::min(2 * retry, kLastRetry);
    }
  }
}

void Summarizer::Impl::report(const std::exception& error) {
  {
    const MutexLock lock(stats_mutex);
    ++stats.failures;
  }
  const auto now = clock.steady_now();
  if (failed_in_a_row++ > 0 && now - last_report < kLogEvery) return;
  last_report = now;
  log.warn("folding audits into the summaries fails, will try again",
           {{"error", describe(error)}, {"failures", failed_in_a_row}});
}

void Summarizer::Impl::report_recovery() {
  if (failed_in_a_row == 0) return;
  log.info("folding audits into the summaries works again", {{"failures", failed_in_a_row}});
  failed_in_a_row = 0;
}

Summarizer::Summarizer(registry::Registry& registry, const Clock& clock, Logger& log,
                       Observer on_new_decisions)
    : impl_(std::make_unique<Impl>(registry, clock, log, std::move(on_new_decisions))) {}

Summarizer::~Summarizer() = default;

void Summarizer::start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->run(stop); });
}

bool Summarizer::step() { return impl_->step(); }

SummarizerStats Summarizer::stats() const {
  const MutexLock lock(impl_->stats_mutex);
  return impl_->stats;
}

}  // namespace replay::summary
