#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::lifecycle {

/// Whether the threads that everything depends on still get on, for the watchdog: each part is
/// asked for nothing, again and again, and has to answer or to show other progress within
/// `patience`. Time in which a thread of this process waits for the disk does not count, nor time
/// in which the process itself stood still: starting anew would mend neither. Everything given
/// outlives it; an answer may come later. Thread rule: one thread; answers come from any.
class Pulse {
 public:
  struct Part {
    std::string name;
    /// Has the part call `answer` when it gets to it, from any thread.
    std::function<void(std::function<void()> answer)> ask;
    /// Anything that changes while the part works, such as a count of finished jobs.
    std::function<std::uint64_t()> progress;
  };

  Pulse(std::vector<Part> parts, std::chrono::seconds patience, const Clock& clock, Logger& log);

  /// Call a few times a second; false while a part has been silent for longer than `patience`,
  /// which is logged.
  [[nodiscard]] bool beats();

 private:
  struct Watched {
    Part part;
    std::shared_ptr<std::atomic<bool>> answered = std::make_shared<std::atomic<bool>>(true);
    std::chrono::steady_clock::time_point asked_at{};
    std::uint64_t seen = 0;
    std::chrono::steady_clock::duration silence{};
  };
  using SteadyTime = std::chrono::steady_clock::time_point;

  void look_at(Watched& watched, SteadyTime now, std::chrono::steady_clock::duration passed);

  std::vector<Watched> parts_;
  const std::chrono::seconds patience_;
  const Clock& clock_;
  Logger& log_;
  SteadyTime last_look_;
};

}  // namespace replay::lifecycle
