#include "commands/window_refresher.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "collectors/window_lags.h"
#include "registry/registry.h"

namespace replay::commands {
namespace {

constexpr std::chrono::seconds kPeriod{5};

/// Sleeps for a period; false where it was asked to stop.
bool next_period(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, kPeriod, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

WindowRefresher::WindowRefresher(registry::Registry& registry, collectors::WindowLags& windows,
                                 const Clock& clock, Logger& log)
    : thread_([&](const std::stop_token& stop) {
        bool failing = false;
        do {
          try {
            registry.reads().read_now([&](const registry::ReadView& view) {
              windows.refresh(view, clock.now());
              return true;
            });
            failing = false;
          } catch (const std::exception& error) {
            if (!failing)
              log.warn("window statistics not refreshed", {{"reason", describe(error)}});
            failing = true;
          }
        } while (next_period(stop));
      }) {}

}  // namespace replay::commands
