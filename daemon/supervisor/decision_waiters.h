#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/ids.h"

namespace replay::supervisor {

/// What a waiting client is told of one event.
struct Outcome {
  EventId event;
  DecisionId decision;
  std::string decision_type;  ///< "ALLOW" …, or "ERROR" where the evaluation failed for good
  std::string reason;
};

/// Lets requests wait for decisions (`?wait=`). Thread rule: any thread.
class DecisionWaiters {
 public:
  DecisionWaiters();
  ~DecisionWaiters();
  DecisionWaiters(const DecisionWaiters&) = delete;
  DecisionWaiters& operator=(const DecisionWaiters&) = delete;

  /// A request's interest in some events, from before they are accepted until it is answered.
  class Ticket {
   public:
    ~Ticket();
    Ticket(Ticket&&) noexcept;
    Ticket& operator=(Ticket&&) noexcept;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    /// Suspends until all its events are decided or `limit` has passed; returns the outcomes there
    /// are.
    boost::asio::awaitable<std::vector<Outcome>> outcomes(std::chrono::milliseconds limit);

   private:
    friend class DecisionWaiters;
    struct State;
    explicit Ticket(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
  };

  [[nodiscard]] Ticket expect(const std::vector<EventId>& events);

  /// Called after the decisions' COMMIT.
  void announce(std::span<const Outcome> outcomes);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace replay::supervisor
