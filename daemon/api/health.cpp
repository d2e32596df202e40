#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/api.h"
#include "base/error.h"
#include "http/problem.h"

namespace replay::api {
namespace {

namespace asio = boost::asio;

asio::awaitable<http::Response> answer_healthy() {
  co_return http::Response::text("Decision Replay is healthy.\n");
}

asio::awaitable<http::Response> answer_ready(Readiness readiness) {
  const std::string missing = readiness();
  if (!missing.empty()) co_return http::problem(503, missing);
  co_return http::Response::text("Decision Replay is ready.\n");
}

asio::awaitable<void> run(Reload reload) {
  reload();
  co_return;
}

asio::awaitable<http::Response> answer_reload(Reload reload) {
  try {
    // It reads files and compiles policies, which is nothing for an io thread.
    co_await asio::co_spawn(asio::system_executor(), run(std::move(reload)), asio::use_awaitable);
  } catch (const Error& error) {
    throw Error(ErrorKind::conflict,
                error.what());  // the state of the files forbids it, not the request
  }
  co_return http::Response::text("Decision Replay has reloaded its configuration.\n");
}

}  // namespace

http::Handler healthy(const Services& /*services*/) {
  return [](const http::Request& /*request*/) { return answer_healthy(); };
}

http::Handler ready(const Services& services) {
  return [readiness = services.readiness](const http::Request& /*request*/) {
    return answer_ready(readiness);
  };
}

http::Handler reload(const Services& services) {
  return [reload = services.reload](const http::Request& /*request*/) {
    return answer_reload(reload);
  };
}

}  // namespace replay::api
