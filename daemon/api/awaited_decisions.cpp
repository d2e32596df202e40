#include "api/awaited_decisions.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "model/decision.h"
#include "registry/read_view.h"

namespace replay::api {
namespace {

std::string text_or_empty(const json::value& value, std::string_view name) {
  return std::string(string_member(value, name).value_or(""));
}

std::optional<supervisor::Outcome> known_outcome(const registry::ReadView& view,
                                                 const EventId& event) {
  const DecisionId id = decision_id_for(event);
  const auto stored = view.decision(id);
  if (!stored) return std::nullopt;
  const json::value payload = parse_json(stored->payload.value_or("")).value_or(nullptr);
  const json::value* snapshot = member(payload, "decision_snapshot");
  const json::value* decision = snapshot == nullptr ? nullptr : member(*snapshot, "decision");
  if (decision == nullptr) return std::nullopt;
  return supervisor::Outcome{.event = event,
                             .decision = id,
                             .decision_type = text_or_empty(*decision, "decision_type"),
                             .reason = text_or_empty(*decision, "reason")};
}

}  // namespace

std::vector<supervisor::Outcome> known_outcomes(const registry::ReadView& view,
                                                const std::vector<EventId>& events) {
  std::vector<supervisor::Outcome> outcomes;
  for (const EventId& event : events) {
    if (auto outcome = known_outcome(view, event)) outcomes.push_back(*std::move(outcome));
  }
  return outcomes;
}

AwaitedDecisions::AwaitedDecisions(supervisor::DecisionWaiters& waiters,
                                   const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (!tickets_.contains(event.id)) tickets_.emplace(event.id, waiters.expect({event.id}));
  }
}

boost::asio::awaitable<std::vector<supervisor::Outcome>> AwaitedDecisions::outcomes(
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): outlives the requests
    std::vector<EventId> events, std::chrono::milliseconds limit, const Clock& clock) {
  const auto deadline = clock.steady_now() + limit;
  std::vector<supervisor::Outcome> all;
  for (const EventId& event : events) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.steady_now());
    auto decided =
        co_await tickets_.at(event).outcomes(std::max(left, std::chrono::milliseconds{0}));
    std::ranges::move(decided, std::back_inserter(all));
  }
  co_return all;
}

}  // namespace replay::api
