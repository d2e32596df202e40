#include "registry/vitals.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/registry.h"

namespace replay::registry {
namespace {

constexpr std::chrono::seconds kShortestPause{1};
constexpr std::chrono::seconds kIntegrityEvery{30};
constexpr std::chrono::minutes kReportDamageEvery{10};

/// A refresh may take this share of the time at most: on a registry where it takes half a second it
/// happens every ten.
constexpr int kPauseFactor = 20;

}  // namespace

struct Vitals::Impl {
  Impl(Registry& the_registry, const Clock& the_clock, Logger& logger)
      : registry(the_registry), clock(the_clock), log(logger) {}

  void refresh_until_stopped() {
    ChangeWatch& changes = registry.changes();
    while (!changes.stopped()) {
      const std::uint64_t seen = changes.rings();
      const auto start = std::chrono::steady_clock::now();
      refresh();
      const auto taken = std::chrono::steady_clock::now() - start;
      pause(std::max<std::chrono::steady_clock::duration>(kShortestPause, kPauseFactor * taken));
      changes.wait(seen, std::chrono::seconds{10});
    }
  }

  /// Sleeps unless the watch is stopped meanwhile.
  void pause(std::chrono::steady_clock::duration length) {
    const auto never = std::numeric_limits<std::uint64_t>::max();
    registry.changes().wait(never, std::chrono::duration_cast<std::chrono::milliseconds>(length));
  }

  void refresh() {
    const auto steady = std::chrono::steady_clock::now();
    // While summaries are behind, unreadable rows are still being found.
    const bool with_integrity =
        !integrity_at || was_behind || steady - *integrity_at >= kIntegrityEvery;
    const Instant now = clock.now();
    VitalSigns fresh = current();
    std::string problem;
    fresh.readable = false;
    read_part(fresh, problem, [now](const ReadView& view, VitalSigns& to) {
      to.inbox = view.inbox_counts(now);
      to.oldest_pending_since.reset();
      if (to.inbox.oldest_pending_age) to.oldest_pending_since = now - *to.inbox.oldest_pending_age;
    });
    read_part(fresh, problem,
              [](const ReadView& view, VitalSigns& to) { to.sizes = view.sizes(); });
    read_part(fresh, problem, [](const ReadView& view, VitalSigns& to) {
      to.rows_behind = view.fold_state().behind;
    });
    if (with_integrity) {
      integrity_at = steady;
      integrity_problem.clear();
      read_part(fresh, integrity_problem, [now](const ReadView& view, VitalSigns& to) {
        to.integrity = view.integrity(now);
      });
    }
    was_behind = fresh.rows_behind > 0;
    fresh.problem = problem.empty() ? integrity_problem : problem;
    std::error_code missing;
    const auto wal = std::filesystem::file_size(registry.path().string() + "-wal", missing);
    fresh.wal_bytes = missing ? 0 : wal;
    if (fresh.readable) fresh.taken_at = now;
    publish(fresh);
    report_damage(steady);
  }

  /// Whoever met it: some queries pass damaged rows by and fail nobody.
  void report_damage(std::chrono::steady_clock::time_point steady) {
    const ReadStats reads = registry.reads().stats();
    if (reads.damaged == damaged_reads) return;
    if (damage_reported_at && steady - *damage_reported_at < kReportDamageEvery) return;
    log.error("queries meet damaged pages; what is on them is not served, followed or counted",
              {{"reason", reads.damage}, {"queries", reads.damaged - damaged_reads}});
    damaged_reads = reads.damaged;
    damage_reported_at = steady;
  }

  /// `problem` stays as it is where the part could be read.
  template <class Part>
  void read_part(VitalSigns& fresh, std::string& problem, Part part) {
    try {
      fresh = registry.reads().read_now([&](const ReadView& view) {
        VitalSigns filled = fresh;
        part(view, filled);
        return filled;
      });
      fresh.readable = true;
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }

  void publish(const VitalSigns& fresh) {
    const MutexLock lock(mutex);
    if (fresh.problem.empty() && !signs.problem.empty()) {
      log.info("registry can be read again");
    } else if (!fresh.problem.empty() &&
               (signs.problem.empty() || fresh.readable != signs.readable)) {
      log.error(fresh.readable ? "registry cannot be read in part" : "registry cannot be read",
                {{"reason", fresh.problem}});
    }
    signs = fresh;
  }

  VitalSigns current() const {
    const MutexLock lock(mutex);
    return signs;
  }

  Registry& registry;
  const Clock& clock;
  Logger& log;
  // The refreshing thread's alone.
  std::optional<std::chrono::steady_clock::time_point> integrity_at;
  bool was_behind = false;
  std::string integrity_problem;
  std::uint64_t damaged_reads = 0;  ///< reported so far
  std::optional<std::chrono::steady_clock::time_point> damage_reported_at;

  mutable Mutex mutex;
  VitalSigns signs GUARDED_BY(mutex);
  std::thread thread;
};

Vitals::Vitals(Registry& registry, const Clock& clock, Logger& log)
    : impl_(std::make_unique<Impl>(registry, clock, log)) {
  impl_->refresh();
  impl_->thread = std::thread([impl = impl_.get()] { impl->refresh_until_stopped(); });
}

Vitals::~Vitals() {
  impl_->registry.changes().stop();
  impl_->thread.join();
}

VitalSigns Vitals::signs() const { return impl_->current(); }

}  // namespace replay::registry
