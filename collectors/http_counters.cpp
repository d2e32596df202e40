#include "collectors/http_counters.h"

#include <string>

#include "base/clock.h"

namespace replay::collectors {
namespace {

constexpr std::string_view kTraceRoute = "decision_trace";

/// Around the runbook's thresholds of 0.5 and 1 second for traces.
const prometheus::Histogram::BucketBoundaries kDurationBounds{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

}  // namespace

HttpCounters::HttpCounters(const Clock& clock)
    : clock_(clock),
      requests_(prometheus::BuildCounter()
                    .Name("decision_replay_http_requests_total")
                    .Help("Requests answered, by route, method and status code.")
                    .Register(metrics_)),
      durations_(prometheus::BuildHistogram()
                     .Name("decision_replay_http_request_duration_seconds")
                     .Help("Time from a request's header to the end of its answer, by route.")
                     .Register(metrics_)),
      response_bytes_(prometheus::BuildCounter()
                          .Name("decision_replay_http_response_bytes_total")
                          .Help("Bytes of answers sent, by route.")
                          .Register(metrics_)),
      rate_limited_(prometheus::BuildCounter()
                        .Name("decision_replay_http_rate_limited_total")
                        .Help("Requests refused by the rate limit.")
                        .Register(metrics_)),
      trace_durations_(clock) {
  rate_limited_.Add({});
}

void HttpCounters::on_response(const http::ResponseRecord& record) {
  const std::string handler(record.route);
  requests_
      .Add({{"handler", handler},
            {"method", std::string(http::to_string(record.method))},
            {"code", std::to_string(record.status)}})
      .Increment();
  durations_.Add({{"handler", handler}}, kDurationBounds).Observe(to_seconds(record.duration));
  response_bytes_.Add({{"handler", handler}}).Increment(static_cast<double>(record.response_bytes));
  if (record.rate_limited) {
    rate_limited_.Add({}).Increment();
  } else if (record.route == kTraceRoute) {
    trace_durations_.add(clock_.now(), record.duration);
  }
}

}  // namespace replay::collectors
