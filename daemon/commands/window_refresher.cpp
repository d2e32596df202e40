#include "commands/window_refresher.h"

#include <chrono>
#include <exception>
#include <stop_token>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "collectors/window_lags.h"
#include "commands/period.h"
#include "registry/registry.h"

namespace replay::commands {
namespace {

constexpr std::chrono::seconds kPeriod{5};

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
        } while (next_period(stop, kPeriod));
      }) {}

}  // namespace replay::commands
