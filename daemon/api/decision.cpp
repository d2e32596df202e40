#include <chrono>
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/json_text.h"
#include "api/stored_payload.h"
#include "base/error.h"
#include "registry/read_pool.h"

namespace replay::api {
namespace {

std::string decision_text(const StoredDecision& decision) {
  const StoredPayload snapshot = decision_snapshot(decision.payload);
  ObjectText text;
  text.add("decision_id", json::value(decision.id.str()));
  text.add_text("decision_snapshot", snapshot.document);
  if (!snapshot.error.empty()) text.add("payload_error", json::value(snapshot.error));
  return std::move(text).finish();
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads,
                                              std::chrono::seconds max_age,
                                              const http::Request& request) {
  const DecisionId id(request.path_parameter("decision_id"));
  return reads.read([id, max_age](const registry::ReadView& view) {
    const auto decision = view.decision(id);
    if (!decision) throw Error(ErrorKind::not_found, "There is no decision " + id.str() + ".");
    return cacheable_answer(decision_text(*decision), max_age);
  });
}

}  // namespace

http::Handler decision(const Services& services) {
  return [&reads = services.reads, max_age = services.cache_max_age](const http::Request& request) {
    return answer(reads, max_age, request);
  };
}

}  // namespace replay::api
