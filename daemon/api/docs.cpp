#include <array>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/markdown.h"

namespace replay::api {

extern const std::string_view kRunbookMd;  // docs/runbook.md and docs/metrics.md, embedded
extern const std::string_view kMetricsMd;

namespace {

constexpr std::array<std::string_view, 2> kServed{"runbook", "metrics"};

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Decision Replay</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #222; }
header { background: #e6522c; padding: 1rem 2rem; }
header a { color: #fff; font-size: 1.4rem; text-decoration: none; }
main { padding: 1rem 2rem; max-width: 60rem; }
pre, code { background: #f4f4f4; }
pre { padding: .6rem; overflow-x: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .2rem .5rem; text-align: left; vertical-align: top; }
:target { background: #fff3c4; }
</style>
</head>
<body>
<header><a href="/">Decision Replay</a></header>
<main>
)";

/// A link between our documents is one between the pages, where the other document is served.
std::string link(std::string_view url) {
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::string_view file = url.substr(0, hash);
  if (file.find("://") != std::string_view::npos || file.empty() || file.starts_with('/')) {
    return std::string(url);
  }
  for (const std::string_view name : kServed) {
    if (file == std::string(name) + ".md") {
      return "/docs/" + std::string(name) + std::string(url.substr(hash));
    }
  }
  return "";
}

boost::asio::awaitable<http::Response> answer(std::string html) {
  co_return http::Response::text(std::move(html), "text/html; charset=utf-8");
}

http::Handler page(std::string_view markdown) {
  return [html = std::string(kHead) + html_of_markdown(markdown, link) +
                 "</main>\n</body>\n</html>\n"](const http::Request& /*request*/) {
    return answer(html);
  };
}

}  // namespace

http::Handler runbook_page(const Services& /*services*/) { return page(kRunbookMd); }

http::Handler metrics_page(const Services& /*services*/) { return page(kMetricsMd); }

}  // namespace replay::api
