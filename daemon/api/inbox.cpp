#include "api/answers.h"
#include "api/api.h"
#include "base/clock.h"
#include "registry/read_pool.h"

namespace replay::api {
namespace {

json::value to_json(const InboxCounts& counts) {
  const auto age = counts.oldest_pending_age;
  return {{"pending", counts.pending},
          {"processing", counts.processing},
          {"failed", counts.failed},
          {"completed", counts.completed},
          {"oldest_pending_age_seconds", age ? json::value(to_seconds(*age)) : json::value()}};
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads, Instant now) {
  return reads.read([now](const registry::ReadView& view) {
    return json_answer(to_json(view.inbox_counts(now)));
  });
}

}  // namespace

http::Handler inbox(const Services& services) {
  return [&reads = services.reads, &clock = services.clock](const http::Request& /*request*/) {
    return answer(reads, clock.now());
  };
}

}  // namespace replay::api
