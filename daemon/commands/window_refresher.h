#pragma once

#include <thread>

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::collectors {
class WindowLags;
}
namespace replay::registry {
class Registry;
}

namespace replay::commands {

/// Recomputes the published windows every five seconds, on a thread of its own, until destruction:
/// they slide even where nothing happens. A failure is logged once and tried again.
class WindowRefresher {
 public:
  WindowRefresher(registry::Registry& registry, collectors::WindowLags& windows, const Clock& clock,
                  Logger& log);

 private:
  std::jthread thread_;
};

}  // namespace replay::commands
