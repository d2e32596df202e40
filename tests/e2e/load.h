#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/foreign_writer.h"

namespace replay::testing {

/// Clients that send events, a few a request, until stopped or cut off; remembers what was
/// acknowledged.
class Load {
 public:
  /// `round` keeps the ids of several loads apart.
  Load(const std::string& address, int round, std::size_t clients = 2);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Asks the clients to end and waits for them. A request under way is finished first.
  void stop();

  [[nodiscard]] std::size_t acknowledged_count() const { return acknowledged_count_; }
  /// Requests that got no answer at all, and those that got another one than 202.
  [[nodiscard]] std::size_t cut_off() const { return cut_off_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }

  /// Ids of events that got a 202. After stop().
  [[nodiscard]] const std::set<std::string>& acknowledged() const { return acknowledged_; }

 private:
  void send(const std::string& address, const std::string& client);

  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> acknowledged_count_ = 0;
  std::atomic<std::size_t> cut_off_ = 0;
  std::atomic<std::size_t> refused_ = 0;
  std::mutex mutex_;
  std::set<std::string> acknowledged_;
  std::vector<std::thread> threads_;
};

/// What the registry says of the events in it.
struct DecidedEvents {
  std::set<std::string> once;   ///< with exactly one decision and a completed inbox row
  std::set<std::string> other;  ///< in the inbox, but not so
  std::size_t decisions = 0;    ///< audits of decisions in all, history aside
};
DecidedEvents decided_events(ForeignWriter& registry);

}  // namespace replay::testing
