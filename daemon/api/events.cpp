#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/answers.h"
#include "api/api.h"
#include "api/awaited_decisions.h"
#include "api/event_parser.h"
#include "api/parameters.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/inbox.h"
#include "registry/read_pool.h"
#include "supervisor/inbox.h"

namespace replay::api {
namespace {

using std::chrono::milliseconds;
using supervisor::Outcome;

/// What came of a request's events.
struct Receipt {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::vector<RejectedEvent> rejected;
  std::vector<EventId>
      in_inbox;  ///< accepted ones and duplicates, each once, in the request's order
};

/// `?wait=5s`; nullopt where absent.
std::optional<milliseconds> wait_parameter(const http::Request& request, bool can_wait) {
  const auto text = request.query_value("wait");
  if (!text) return std::nullopt;
  if (!can_wait) {
    throw Error(ErrorKind::conflict,
                "Nothing can be waited for: supervisor.enabled is false, so decisions are made by "
                "AgentOS's own supervisor.");
  }
  const auto wait = parse_duration(*text);
  if (!wait || *wait > std::chrono::seconds{30}) {
    throw Error(ErrorKind::out_of_range,
                "wait must be a time of at most 30s, such as 5s or 500ms.");
  }
  return std::chrono::floor<milliseconds>(*wait);
}

BodyFormat format_of(const http::Request& request) {
  if (media_type(request) == "application/x-ndjson") return BodyFormat::ndjson;
  require_json(request);
  return BodyFormat::json;
}

Receipt receipt_of(ParsedEvents parsed, const std::vector<Intake>& intake) {
  Receipt receipt;
  receipt.rejected = std::move(parsed.rejected);
  std::set<EventId> seen;
  for (std::size_t i = 0; i < intake.size(); ++i) {
    const Event& event = parsed.events[i];
    if (intake[i] == Intake::unknown_task) {
      receipt.rejected.push_back(
          {parsed.indexes[i], event.id.str(),
           "There is no task " + event.task.str() + "; send its TASK_CREATED first."});
      continue;
    }
    if (intake[i] == Intake::accepted) ++receipt.accepted;
    if (intake[i] == Intake::duplicate) ++receipt.duplicates;
    if (seen.insert(event.id).second) receipt.in_inbox.push_back(event.id);
  }
  std::ranges::sort(receipt.rejected, {}, &RejectedEvent::index);
  return receipt;
}

json::object to_json(const Receipt& receipt) {
  json::array rejected;
  for (const RejectedEvent& item : receipt.rejected) {
    rejected.push_back(
        {{"index", item.index}, {"event_id", or_null(item.event_id)}, {"detail", item.detail}});
  }
  return {{"accepted", receipt.accepted},
          {"duplicates", receipt.duplicates},
          {"rejected", std::move(rejected)}};
}

json::value to_json(const Outcome& outcome) {
  return {{"event_id", outcome.event.str()},
          {"decision_id", outcome.decision.str()},
          {"decision_type", outcome.decision_type},
          {"reason", outcome.reason}};
}

/// Removes the events of `outcomes` from `events`, whose order is kept.
void remove_decided(std::vector<EventId>& events, const std::vector<Outcome>& outcomes) {
  std::set<EventId> decided;
  for (const Outcome& outcome : outcomes) decided.insert(outcome.event);
  std::erase_if(events, [&decided](const EventId& event) { return decided.contains(event); });
}

/// Adds `decisions`, and `undecided` where time was up before all were made.
void add_decisions(json::object& body, std::vector<EventId> events,
                   const std::vector<Outcome>& outcomes) {
  json::array decisions;
  for (const Outcome& outcome : outcomes) decisions.push_back(to_json(outcome));
  body["decisions"] = std::move(decisions);
  remove_decided(events, outcomes);
  if (events.empty()) return;
  json::array undecided;
  for (const EventId& event : events) undecided.emplace_back(event.str());
  body["undecided"] = std::move(undecided);
}

/// What the coroutine below uses; a value, so that it cannot dangle.
struct Parts {
  registry::ReadPool& reads;
  supervisor::Inbox& inbox;
  supervisor::DecisionWaiters* waiters;
  const Clock& clock;
};

boost::asio::awaitable<http::Response> answer(Parts parts, http::Request request) {
  const auto wait = wait_parameter(request, parts.waiters != nullptr);
  ParsedEvents parsed = parse_events(request.body, format_of(request), parts.clock.now());
  std::optional<AwaitedDecisions> awaited;
  if (wait) awaited.emplace(*parts.waiters, parsed.events);

  std::vector<Intake> intake;
  if (!parsed.events.empty()) intake = co_await parts.inbox.accept(parsed.events);
  const Receipt receipt = receipt_of(std::move(parsed), intake);
  json::object body = to_json(receipt);
  if (!wait) co_return json_answer(std::move(body), 202);

  // Duplicates may be decided already, and so may events whose inbox rows were tidied away since.
  const auto query = [events = receipt.in_inbox](const registry::ReadView& view) {
    return known_outcomes(view, events);
  };
  std::vector<Outcome> outcomes = co_await parts.reads.read(query);
  std::vector<EventId> undecided = receipt.in_inbox;
  remove_decided(undecided, outcomes);
  std::vector<Outcome> made = co_await awaited->outcomes(std::move(undecided), *wait, parts.clock);
  std::ranges::move(made, std::back_inserter(outcomes));
  add_decisions(body, receipt.in_inbox, outcomes);
  co_return json_answer(std::move(body));
}

}  // namespace

http::Handler events(const Services& services) {
  const Parts parts{services.reads, services.inbox, services.waiters, services.clock};
  return [parts](http::Request request) { return answer(parts, std::move(request)); };
}

}  // namespace replay::api
