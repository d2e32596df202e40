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

json::value to_json(const summary::LagSample& sample) {
  constexpr double kMicrosPerMilli = 1000.0;
  return {{"decision_id", sample.decision.str()},
          {"lag_ms", static_cast<double>(sample.lag.count()) / kMicrosPerMilli},
          {"source", sample.from_columns ? "columns" : "payload"}};
}

json::value to_json(const Window& window, int percentile, const summary::LagStats& lag) {
  json::array samples;
  for (const summary::LagSample& sample : lag.highest) samples.push_back(to_json(sample));
  return {{"window", window.text()},
          {"percentile", percentile},
          {"value", or_null(lag.at_percentile)},
          {"p50", or_null(lag.p50)},
          {"p95", or_null(lag.p95)},
          {"p99", or_null(lag.p99)},
          {"count", lag.count},
          {"samples", std::move(samples)},
          {"query_method", "summary"},
          {"redundant_column_coverage", or_null(lag.column_coverage)}};
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads, Instant now,
                                              const http::Request& request) {
  const Window window = window_parameter(request, "24h");
  const auto percentile = static_cast<int>(request.query_between("pctl", 50, 99, 95));
  return reads.read([window, percentile, now](const registry::ReadView& view) {
    const auto lag = summary::decision_lag(view, now - window.length(), percentile);
    return json_answer(with_backfill(view, to_json(window, percentile, lag)));
  });
}

}  // namespace

http::Handler decision_lag(const Services& services) {
  return [&reads = services.reads, &clock = services.clock](const http::Request& request) {
    return answer(reads, clock.now(), request);
  };
}

}  // namespace replay::api
