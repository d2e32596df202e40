#include "api/page.h"

#include <utility>

#include <boost/asio/awaitable.hpp>

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
constexpr std::string_view kTail = "</main>\n</body>\n</html>\n";

boost::asio::awaitable<http::Response> answer(std::string html) {
  co_return http::Response::text(std::move(html), "text/html; charset=utf-8");
}

}  // namespace

http::Handler html_page(std::string_view main) {
  std::string html(kHead);
  html.append(main).append(kTail);
  return [html = std::move(html)](const http::Request& /*request*/) { return answer(html); };
}

}  // namespace replay::api
