#include <string>
#include <string_view>
#include <utility>

#include "api/api.h"

namespace replay::api {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Decision Replay</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #222; }
header { background: #e6522c; color: #fff; padding: 1rem 2rem; }
header h1 { margin: 0; font-size: 1.4rem; }
main { padding: 1rem 2rem; max-width: 44rem; }
li { margin: .3rem 0; }
</style>
</head>
<body>
<header><h1>Decision Replay</h1></header>
<main>
<p>Decides what agents may do, records why, and serves the record.</p>
)";

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
</main>
</body>
</html>
)";

std::string page(const std::string& metrics_path) {
  std::string html(kHead);
  html += "<p>Version " REPLAY_VERSION "</p>\n<ul>\n<li><a href=\"" + metrics_path +
          "\">Metrics</a></li>\n";
  html += kLinks;
  return html;
}

boost::asio::awaitable<http::Response> answer(std::string html) {
  co_return http::Response::text(std::move(html), "text/html; charset=utf-8");
}

}  // namespace

http::Handler landing(const Services& services) {
  return [html = page(services.metrics_path)](const http::Request& /*request*/) {
    return answer(html);
  };
}

}  // namespace replay::api
