#include <string>
#include <string_view>

#include "api/api.h"
#include "api/page.h"

namespace replay::api {
namespace {

constexpr std::string_view kLinks =
    R"(<li><a href="/-/healthy">Health</a>, <a href="/-/ready">readiness</a></li>
<li><a href="/api/governance/integrity">Integrity</a> of the registry</li>
<li><a href="/api/governance/inbox">Inbox</a></li>
<li>Statistics: <a href="/api/governance/stats/decision-types">decision types</a>,
<a href="/api/governance/stats/decision-lag">decision lag</a>,
<a href="/api/governance/stats/blocked-reasons">blocked reasons</a></li>
<li><a href="/api/governance/tasks?status=BLOCKED">Blocked tasks</a></li>
<li><a href="/api/governance/alerts">Alerts</a> of the daemon's own alerting</li>
<li><a href="/docs/runbook">Runbook</a>, <a href="/docs/metrics">metrics explained</a></li>
<li><a href="/openapi.json">API description</a> (OpenAPI)</li>
</ul>
)";

}  // namespace

http::Handler landing(const Services& services) {
  std::string main =
      "<p>Decides what agents may do, records why, and serves the record.</p>\n"
      "<p>Version " REPLAY_VERSION "</p>\n<ul>\n<li><a href=\"";
  main.append(services.metrics_path).append("\">Metrics</a></li>\n").append(kLinks);
  return html_page(main);
}

}  // namespace replay::api
