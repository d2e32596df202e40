#include "collectors/collectors.h"
#include "collectors/families.h"
#include "collectors/http_counters.h"
#include "http/server.h"

namespace replay::collectors {
namespace {

class HttpCollector final : public prometheus::Collectable {
 public:
  HttpCollector(const HttpCounters& counters, const http::Server& server)
      : counters_(counters), server_(server) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families = counters_.families();
    const http::ServerStats stats = server_.stats();
    families.push_back(gauge("decision_replay_http_connections", "Connections open now.",
                             sample(stats.connections)));
    families.push_back(gauge("decision_replay_http_requests_in_flight",
                             "Requests being answered now.", sample(stats.requests_in_flight)));
    families.push_back(counter("decision_replay_http_connections_accepted_total",
                               "Connections accepted.", sample(stats.accepted)));
    families.push_back(counter("decision_replay_http_connections_refused_total",
                               "Connections closed at once because a limit was reached.",
                               sample(stats.refused_connections)));
    return families;
  }

 private:
  const HttpCounters& counters_;
  const http::Server& server_;
};

}  // namespace

Collector http(const HttpCounters& counters, const http::Server& server) {
  return std::make_unique<HttpCollector>(counters, server);
}

}  // namespace replay::collectors
