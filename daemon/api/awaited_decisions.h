#pragma once

#include <chrono>
#include <map>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/ids.h"
#include "model/event.h"
#include "supervisor/decision_waiters.h"

namespace replay {
class Clock;
}
namespace replay::registry {
class ReadView;
}

namespace replay::api {

/// The decisions of events that are already in the registry; those not decided yet are left out.
[[nodiscard]] std::vector<supervisor::Outcome> known_outcomes(const registry::ReadView& view,
                                                              const std::vector<EventId>& events);

/// A request's wait for decisions, begun before its events are accepted so that none is missed. A
/// ticket for each event: which of them will ever be decided is known only afterwards.
class AwaitedDecisions {
 public:
  AwaitedDecisions(supervisor::DecisionWaiters& waiters, const std::vector<Event>& events);

  /// Suspends until `events` are decided or `limit` has passed; returns the outcomes there are, in
  /// that order. REQUIRES: `events` are some of those it began with, and `*this` outlives the
  /// suspension.
  boost::asio::awaitable<std::vector<supervisor::Outcome>> outcomes(std::vector<EventId> events,
                                                                    std::chrono::milliseconds limit,
                                                                    const Clock& clock);

 private:
  std::map<EventId, supervisor::DecisionWaiters::Ticket> tickets_;
};

}  // namespace replay::api
