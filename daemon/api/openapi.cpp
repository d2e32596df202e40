#include <string>
#include <string_view>

#include "api/api.h"

namespace replay::api {

extern const std::string_view kOpenapiJson;  // openapi.json, embedded

namespace {

boost::asio::awaitable<http::Response> answer() {
  co_return http::Response::text(std::string(kOpenapiJson), "application/json");
}

}  // namespace

http::Handler openapi(const Services& /*services*/) {
  return [](const http::Request& /*request*/) { return answer(); };
}

}  // namespace replay::api
