#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "http/router.h"

namespace replay {
class Clock;
}
namespace replay::alerting {
class Alerting;
}
namespace replay::registry {
class ReadPool;
class WriteQueue;
}  // namespace replay::registry
namespace replay::supervisor {
class DecisionWaiters;
class Inbox;
}  // namespace replay::supervisor

namespace replay::api {

/// What /-/ready says: an empty sentence is ready, anything else says what is missing.
using Readiness = std::function<std::string()>;

/// Reloads configuration that can change while serving; throws Error with what is wrong, the old
/// one staying in force.
using Reload = std::function<void()>;

/// The text of /metrics, complete.
using Scrape = std::function<std::string()>;

/// What the API asks and tells; all of it outlives the router. One handler factory per resource
/// (file), below.
struct Services {
  registry::ReadPool& reads;
  registry::WriteQueue& writes;
  supervisor::Inbox& inbox;
  supervisor::DecisionWaiters* waiters;  ///< null: AgentOS's own supervisor decides, `?wait` is 409
  const alerting::Alerting* alerting;    ///< null: off
  const Clock& clock;
  std::chrono::seconds cache_max_age{60};  ///< of trace answers
  std::string metrics_path = "/metrics";
  Readiness readiness;
  Reload reload;
  Scrape scrape;
};

http::Handler decision_trace(const Services& services);
http::Handler task_summary(const Services& services);
http::Handler tasks(const Services& services);
http::Handler unblock(const Services& services);
http::Handler decision(const Services& services);
http::Handler events(const Services& services);
http::Handler decision_types(const Services& services);
http::Handler decision_lag(const Services& services);
http::Handler blocked_reasons(const Services& services);
http::Handler timeseries(const Services& services);
http::Handler inbox(const Services& services);
http::Handler integrity(const Services& services);
http::Handler alerts(const Services& services);
http::Handler metrics(const Services& services);
http::Handler healthy(const Services& services);
http::Handler ready(const Services& services);
http::Handler reload(const Services& services);
http::Handler landing(const Services& services);
http::Handler runbook_page(const Services& services);
http::Handler metrics_page(const Services& services);
http::Handler openapi(const Services& services);

/// The API as one table.
[[nodiscard]] std::vector<http::Route> routes(const Services& services);

}  // namespace replay::api
