#pragma once

#include <chrono>

namespace replay::lifecycle {

/// What the system asks of the daemon: SIGTERM and SIGINT stop, SIGHUP reloads. Blocks the signals
/// in the calling thread, so construct it before any other thread starts (they inherit the mask);
/// SIGPIPE is ignored for good. Thread rule: everything on the thread that made it.
class Signals {
 public:
  enum class Request { stop, reload, tick };

  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The next request; `tick` after a quarter of a second without one (the watchdog's turn). After
  /// the first `stop` SIGTERM and SIGINT kill again, so that a second one ends an orderly stop at
  /// once.
  [[nodiscard]] Request wait();
};

/// Ends the process with exit code 0 should it still run after `limit`: what was accepted is on
/// disk at every moment, so an end that does not wait for a stuck lock or disk loses nothing. Takes
/// SIGALRM.
void end_within(std::chrono::seconds limit);

}  // namespace replay::lifecycle
