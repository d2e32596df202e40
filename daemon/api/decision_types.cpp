#include <string_view>
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/backfill.h"
#include "api/parameters.h"
#include "base/clock.h"
#include "registry/read_pool.h"
#include "summary/window_stats.h"

namespace replay::api {
namespace {

json::value to_json(const Window& window, const summary::DecisionTypeCounts& counts) {
  json::object types;
  for (const auto& [type, count] : counts.types) types[type] = count;
  return {{"window", window.text()}, {"decision_types", std::move(types)}, {"total", counts.total}};
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads, Instant now,
                                              const http::Request& request) {
  const Window window = window_parameter(request, "24h");
  return reads.read([window, now](const registry::ReadView& view) {
    const auto counts = summary::decision_types(view, now - window.length());
    return json_answer(with_backfill(view, to_json(window, counts)));
  });
}

}  // namespace

http::Handler decision_types(const Services& services) {
  return [&reads = services.reads, &clock = services.clock](const http::Request& request) {
    return answer(reads, clock.now(), request);
  };
}

}  // namespace replay::api
