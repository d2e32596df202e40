#include "supervisor/decision_waiters.h"

#include <functional>
#include <unordered_map>
#include <unordered_set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/mutex.h"

namespace replay::supervisor {

namespace asio = boost::asio;

struct DecisionWaiters::Impl {
  Mutex mutex;
  std::unordered_multimap<EventId, std::weak_ptr<Ticket::State>> interested GUARDED_BY(mutex);
};

struct DecisionWaiters::Ticket::State {
  State(std::shared_ptr<Impl> owner, const std::vector<EventId>& events)
      : waiters(std::move(owner)), undecided(events.begin(), events.end()), all(undecided) {}

  ~State() {
    const MutexLock lock(waiters->mutex);
    for (const EventId& event : all) {
      const auto [first, last] = waiters->interested.equal_range(event);
      for (auto entry = first; entry != last;) {
        entry = entry->second.expired() ? waiters->interested.erase(entry) : std::next(entry);
      }
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// What to call once nothing is left to wait for; null until that is so.
  std::function<void()> add(const Outcome& outcome) {
    const MutexLock lock(mutex);
    if (undecided.erase(outcome.event) == 0) return nullptr;
    outcomes.push_back(outcome);
    return undecided.empty() ? wake : nullptr;
  }

  const std::shared_ptr<Impl> waiters;

  Mutex mutex;
  std::unordered_set<EventId> undecided GUARDED_BY(mutex);
  const std::unordered_set<EventId> all;
  std::vector<Outcome> outcomes GUARDED_BY(mutex);
  std::function<void()> wake GUARDED_BY(mutex);
};

DecisionWaiters::DecisionWaiters() : impl_(std::make_shared<Impl>()) {}
DecisionWaiters::~DecisionWaiters() = default;

DecisionWaiters::Ticket::Ticket(std::shared_ptr<State> state) : state_(std::move(state)) {}
DecisionWaiters::Ticket::~Ticket() = default;
DecisionWaiters::Ticket::Ticket(Ticket&&) noexcept = default;
DecisionWaiters::Ticket& DecisionWaiters::Ticket::operator=(Ticket&&) noexcept = default;

DecisionWaiters::Ticket DecisionWaiters::expect(const std::vector<EventId>& events) {
  auto state = std::make_shared<Ticket::State>(impl_, events);
  const MutexLock lock(impl_->mutex);
  for (const EventId& event : state->all) impl_->interested.emplace(event, state);
  return Ticket(std::move(state));
}

void DecisionWaiters::announce(std::span<const Outcome> outcomes) {
  for (const Outcome& outcome : outcomes) {
    std::vector<std::shared_ptr<Ticket::State>> interested;
    {
      const MutexLock lock(impl_->mutex);
      const auto [first, last] = impl_->interested.equal_range(outcome.event);
      for (auto entry = first; entry != last; ++entry) {
        if (auto state = entry->second.lock()) interested.push_back(std::move(state));
      }
    }
    for (const auto& state : interested) {
      if (const auto wake = state->add(outcome)) wake();
    }
  }
}

asio::awaitable<std::vector<Outcome>> DecisionWaiters::Ticket::outcomes(
    std::chrono::milliseconds limit) {
  const std::shared_ptr<State> state = state_;
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, limit);
  bool wait = false;
  {
    const MutexLock lock(state->mutex);
    wait = !state->undecided.empty();
    // Expiring it in the past ends a wait that has begun and one that is about to; the caller's
    // strand keeps the two apart.
    state->wake = [executor, timer] {
      asio::post(executor,
                 [timer] { timer->expires_at(std::chrono::steady_clock::time_point::min()); });
    };
  }
  if (wait) co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
  const MutexLock lock(state->mutex);
  state->wake = nullptr;
  co_return state->outcomes;
}

}  // namespace replay::supervisor
