#include "api/api.h"

namespace replay::api {

std::vector<http::Route> routes(const Services& services) {
  using enum http::Method;
  return {
      {get, "/api/governance/tasks", "tasks", tasks(services)},
      {get, "/api/governance/tasks/{task_id}/summary", "task_summary", task_summary(services)},
      {get, "/api/governance/tasks/{task_id}/decision-trace", "decision_trace",
       decision_trace(services),
       /*rate_limited=*/true},
      {post, "/api/governance/tasks/{task_id}/unblock", "unblock", unblock(services)},
      {get, "/api/governance/decisions/{decision_id}", "decision", decision(services)},
      {post, "/api/governance/events", "events", events(services)},
      {get, "/api/governance/stats/decision-types", "decision_types", decision_types(services)},
      {get, "/api/governance/stats/decision-lag", "decision_lag", decision_lag(services)},
      {get, "/api/governance/stats/blocked-reasons", "blocked_reasons", blocked_reasons(services)},
      {get, "/api/governance/stats/timeseries", "timeseries", timeseries(services)},
      {get, "/api/governance/inbox", "inbox", inbox(services)},
      {get, "/api/governance/integrity", "integrity", integrity(services)},
      {get, "/api/governance/alerts", "alerts", alerts(services)},
      {get, services.metrics_path, "metrics", metrics(services)},
      {get, "/-/healthy", "healthy", healthy(services)},
      {get, "/-/ready", "ready", ready(services)},
      {post, "/-/reload", "reload", reload(services)},
      {put, "/-/reload", "reload", reload(services)},
      {get, "/openapi.json", "openapi", openapi(services)},
      {get, "/docs/runbook", "docs", runbook_page(services)},
      {get, "/docs/metrics", "docs", metrics_page(services)},
      {get, "/", "landing", landing(services)},
  };
}

}  // namespace replay::api
