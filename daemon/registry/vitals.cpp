#include "registry/vitals.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/registry.h"

namespace replay::registry {
namespace {

constexpr std::chrono::seconds kShortestPause{1};
constexpr std::chrono::seconds kIntegrityEvery{30};

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
    VitalSigns fresh;
    try {
      fresh = registry.reads().read_now([&](const ReadView& view) {
        VitalSigns read;
        read.inbox = view.inbox_counts(now);
        read.sizes = view.sizes();
        read.rows_behind = view.fold_state().behind;
        if (with_integrity) read.integrity = view.integrity(now);
        return read;
      });
    } catch (const std::exception& error) {
      report_unreadable(error);
      return;
    }
    if (with_integrity) integrity_at = steady;
    was_behind = fresh.rows_behind > 0;
    if (fresh.inbox.oldest_pending_age)
      fresh.oldest_pending_since = now - *fresh.inbox.oldest_pending_age;
    std::error_code missing;
    const auto wal = std::filesystem::file_size(registry.path().string() + "-wal", missing);
    fresh.wal_bytes = missing ? 0 : wal;
    fresh.taken_at = now;

    const MutexLock lock(mutex);
    if (!with_integrity) fresh.integrity = signs.integrity;
    if (!signs.readable) log.info("registry can be read again");
    signs = fresh;
  }

  void report_unreadable(const std::exception& error) {
    const MutexLock lock(mutex);
    if (signs.readable) log.error("registry cannot be read", {{"reason", describe(error)}});
    signs.readable = false;
  }

  Registry& registry;
  const Clock& clock;
  Logger& log;
  // The refreshing thread's alone.
  std::optional<std::chrono::steady_clock::time_point> integrity_at;
  bool was_behind = false;

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

VitalSigns Vitals::signs() const {
  const MutexLock lock(impl_->mutex);
  return impl_->signs;
}

}  // namespace replay::registry
