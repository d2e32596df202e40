#include <utility>

#include "api/api.h"

namespace replay::api {
namespace {

boost::asio::awaitable<http::Response> answer(Scrape scrape) {
  co_return http::Response::text(scrape(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace

http::Handler metrics(const Services& services) {
  return [scrape = services.scrape](const http::Request& /*request*/) { return answer(scrape); };
}

}  // namespace replay::api
