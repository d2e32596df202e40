#include "summary/summarizer.h"

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/registry.h"
#include "summary/backfill_progress.h"
#include "summary/event_scan.h"
#include "summary/fold_plan.h"
#include "summary/reconciler.h"

namespace replay::summary {
namespace {

using Steady = std::chrono::steady_clock::time_point;
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

constexpr seconds kScanEventsEvery{1};

/// A kind of work that may fail, and for how long it has.
struct Failing {
  std::string_view what;
  std::uint64_t in_a_row = 0;
  Steady told{};

  /// How long to wait after the last failure.
  [[nodiscard]] milliseconds retry() const {
    constexpr std::uint64_t kMostDoublings = 7;
    return std::min(kLastRetry, kFirstRetry * (1U << std::min(in_a_row - 1, kMostDoublings)));
  }
};

}  // namespace

struct Summarizer::Impl {
  Impl(registry::Registry& of, const Clock& now_from, Logger& log_to, Observer on_new)
      : registry(of),
        clock(now_from),
        log(log_to),
        observer(std::move(on_new)),
        progress(clock, log),
        reconciler(registry, clock, log) {}

  ~Impl() {
    thread.request_stop();
    registry.changes().ring();  // it may be waiting for the bell
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool fold_news();
  bool work_in_background();
  void observe(const FoldState& state) REQUIRES_LOCK(one_step);
  bool write(const FoldBatch& batch, registry::Priority priority) REQUIRES_LOCK(one_step);
  bool backfill() REQUIRES_LOCK(one_step);
  bool scan_events() REQUIRES_LOCK(one_step);
  void publish_reconciliation() REQUIRES_LOCK(one_step);
  void run(const std::stop_token& stop);
  void work_off(const std::stop_token& stop);
  milliseconds rest();
  void report(Failing& failing, const std::exception& error);
  void report_recovery(Failing& failing);

  registry::Registry& registry;
  const Clock& clock;
  Logger& log;
  const Observer observer;

  Mutex one_step;
  /// The last row whose decision the observer knows.
  std::optional<RowId> observed GUARDED_BY(one_step);
  BackfillProgress progress GUARDED_BY(one_step);
  Reconciler reconciler GUARDED_BY(one_step);
  std::uint64_t damaged GUARDED_BY(one_step) = 0;  ///< met while folding
  Steady events_at GUARDED_BY(one_step) = Steady::min();

  mutable Mutex stats_mutex;
  SummarizerStats stats GUARDED_BY(stats_mutex);

  // Of the thread alone.
  Failing folding{"folding audits into the summaries"};
  Failing background{"work behind the summaries"};
  Steady background_at = Steady::min();

  Mutex pause_mutex;
  std::condition_variable_any pause;
  std::jthread thread;
};

bool Summarizer::Impl::fold_news() {
  const MutexLock lock(one_step);
  const auto look = [now = clock.now()](const registry::ReadView& view) {
    return plan_fold(view, now);
  };
  const FoldPlan plan = registry.reads().read_now(look);
  // Ids that are given again, after the table's end came down, are news again.
  observed = std::min(observed.value_or(plan.state.high), plan.state.high);
  {
    const MutexLock stats_lock(stats_mutex);
    stats.rows_behind = plan.state.behind;
    stats.complete = !plan.state.clearing && plan.state.low <= 0;
  }
  if (*observed < plan.state.high) {
    observe(plan.state);
  } else if (plan.state.clearing) {
    const auto clear = [](registry::WriteTransaction& tx) { return tx.clear_step(kClearChunk); };
    (void)registry.writes().write_now(clear, registry::Priority::background);
  } else if (ends_below_high(plan.state)) {
    reconciler.lower_end();
    publish_reconciliation();
  } else if (!plan.batch) {
    return false;
  } else if (write(*plan.batch, registry::Priority::foreground)) {
    observed = plan.batch->high;
    if (!plan.batch->facts.empty()) observer(plan.batch->facts);
  }
  return true;
}

/// Folded by another process, or passed by while a rebuild was clearing: news to the observer all
/// the same.
void Summarizer::Impl::observe(const FoldState& state) {
  const auto next = [after = *observed, last = state.high](const registry::ReadView& view) {
    return folded_decisions(view, after, last);
  };
  const FoldedDecisions found = registry.reads().read_now(next);
  observed = found.last;
  if (!found.decisions.empty()) observer(found.decisions);
}

/// False: another process was first, and the next step looks again.
bool Summarizer::Impl::write(const FoldBatch& batch, registry::Priority priority) {
  const auto job = [&batch](registry::WriteTransaction& tx) { return tx.fold(batch); };
  if (!registry.writes().write_now(job, priority)) return false;
  if (batch.damaged) {
    ++damaged;
    log.error("audit rows cannot be read, the registry's file is damaged",
              {{"near_row", priority == registry::Priority::background ? batch.low : batch.high}});
  }
  const MutexLock lock(stats_mutex);
  stats.rows_folded += batch.rows;
  stats.damaged = damaged + reconciler.damaged();
  return true;
}

bool Summarizer::Impl::work_in_background() {
  const MutexLock lock(one_step);
  if (backfill() || scan_events()) return true;
  const auto look = [](const registry::ReadView& view) { return view.fold_state(); };
  const bool stepped = reconciler.step(registry.reads().read_now(look));
  publish_reconciliation();
  return stepped;
}

bool Summarizer::Impl::backfill() {
  const auto look = [now = clock.now()](const registry::ReadView& view) {
    return plan_backfill(view, now);
  };
  const FoldPlan plan = registry.reads().read_now(look);
  if (!plan.batch) {
    progress.finish();
    return false;
  }
  const FoldBatch& batch = *plan.batch;
  if (write(batch, registry::Priority::background) && batch.rows > 0) {
    const auto done = static_cast<std::uint64_t>(plan.state.low - batch.low);
    progress.advance(batch.rows, plan.state.behind - std::min(plan.state.behind, done));
  }
  return true;
}

/// New events are not urgent: each look that finds some is a commit.
bool Summarizer::Impl::scan_events() {
  if (clock.steady_now() < events_at) return false;
  const auto look = [](const registry::ReadView& view) { return plan_event_scan(view); };
  const auto scan = registry.reads().read_now(look);
  if (!scan) {
    events_at = clock.steady_now() + kScanEventsEvery;
    return false;
  }
  const auto job = [&scan](registry::WriteTransaction& tx) { return tx.scan_events(*scan); };
  (void)registry.writes().write_now(job, registry::Priority::background);
  return true;
}

void Summarizer::Impl::publish_reconciliation() {
  const MutexLock lock(stats_mutex);
  stats.corrected = reconciler.corrected();
  stats.sweeps = reconciler.sweeps();
  stats.damaged = damaged + reconciler.damaged();
}

void Summarizer::Impl::run(const std::stop_token& stop) {
  registry::ChangeWatch& changes = registry.changes();
  while (true) {
    const std::uint64_t seen = changes.rings();
    // Asked after reading the bell: who stops the thread rings it afterwards, so wait() returns.
    if (stop.stop_requested() || changes.stopped()) return;
    work_off(stop);
    changes.wait(seen, rest());
  }
}

/// Until the next step of a sweep is due, if that is soon.
milliseconds Summarizer::Impl::rest() {
  const MutexLock lock(one_step);
  const Steady now = clock.steady_now();
  const Steady due = std::max(reconciler.rests_until(), background_at);
  if (due <= now) return kLongestSilence;
  return std::min<milliseconds>(kLongestSilence, std::chrono::ceil<milliseconds>(due - now));
}

/// Steps until nothing is left. New rows come first and wait for their own failures only, longer
/// and longer; so does what is behind them.
void Summarizer::Impl::work_off(const std::stop_token& stop) {
  while (!stop.stop_requested() && !registry.changes().stopped()) {
    try {
      const bool more = fold_news();
      report_recovery(folding);
      if (more) continue;
    } catch (const std::exception& error) {
      report(folding, error);
      MutexLock lock(pause_mutex);
      pause.wait_for(lock, stop, folding.retry(), [] { return false; });
      continue;
    }
    if (clock.steady_now() < background_at) return;
    try {
      const bool more = work_in_background();
      report_recovery(background);
      if (!more) return;
    } catch (const std::exception& error) {
      report(background, error);
      background_at = clock.steady_now() + background.retry();
      return;
    }
  }
}

void Summarizer::Impl::report(Failing& failing, const std::exception& error) {
  {
    const MutexLock lock(stats_mutex);
    ++stats.failures;
  }
  const Steady now = clock.steady_now();
  if (failing.in_a_row++ > 0 && now - failing.told < kLogEvery) return;
  failing.told = now;
  log.warn("summaries fail, will try again",
           {{"at", failing.what}, {"error", describe(error)}, {"failures", failing.in_a_row}});
}

void Summarizer::Impl::report_recovery(Failing& failing) {
  if (failing.in_a_row == 0) return;
  log.info("summaries work again", {{"at", failing.what}, {"failures", failing.in_a_row}});
  failing.in_a_row = 0;
}

Summarizer::Summarizer(registry::Registry& registry, const Clock& clock, Logger& log,
                       Observer on_new_decisions)
    : impl_(std::make_unique<Impl>(registry, clock, log, std::move(on_new_decisions))) {}

Summarizer::~Summarizer() = default;

void Summarizer::start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->run(stop); });
}

bool Summarizer::step() { return impl_->fold_news() || impl_->work_in_background(); }

SummarizerStats Summarizer::stats() const {
  const MutexLock lock(impl_->stats_mutex);
  return impl_->stats;
}

}  // namespace replay::summary
