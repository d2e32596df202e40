#pragma once

#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "model/event.h"
#include "model/inbox.h"

namespace replay {
class Clock;
}
namespace replay::registry {
class WriteQueue;
}

namespace replay::supervisor {

struct InboxOptions {
  std::uint64_t max_backlog = 100'000;  ///< pending events; more are refused
  bool keep_event_times =
      true;  ///< false where AgentOS's own supervisor decides: it would not read them
};

struct InboxStats {
  std::uint64_t accepted = 0;  ///< since start
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;  ///< unknown task
  std::uint64_t refused = 0;   ///< requests turned away: inbox full or registry locked
};

/// Where events are accepted: they are on disk when accept() returns. The table supervisor_inbox is
/// the queue; memory holds none of it. Thread rule: any thread.
class Inbox {
 public:
  Inbox(registry::WriteQueue& writes, const Clock& clock, const InboxOptions& options);
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// One outcome per event, in order. Throws Error(busy, retry_after) where the backlog is full,
  /// accepting none.
  boost::asio::awaitable<std::vector<Intake>> accept(std::vector<Event> events);

  [[nodiscard]] InboxStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::supervisor
