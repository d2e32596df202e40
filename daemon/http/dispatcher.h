#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace replay {
class Logger;
}

namespace replay::http {

class RateLimit;

/// What a request came to, as it goes over the wire but for HEAD and the connection's own headers.
struct Answer {
  Response response;
  std::string_view route = "unmatched";  ///< lives as long as the Router
  bool rate_limited = false;
};

/// From a request target to its answer: route, rate limit, handler, errors, 304 and compression.
/// Immutable; any thread. Router and RateLimit outlive it.
class Dispatcher {
 public:
  Dispatcher(const Router& router, RateLimit& rate_limit, Logger& log)
      : router_(router), rate_limit_(rate_limit), log_(log) {}

  /// `request` without what comes from the target. Every exception of a handler becomes an answer.
  [[nodiscard]] boost::asio::awaitable<Answer> answer(std::string target, Request request) const;

 private:
  [[nodiscard]] boost::asio::awaitable<Answer> route(std::string target, Request request) const;
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): awaited on the spot
  [[nodiscard]] boost::asio::awaitable<Response> handle(const Route& route, Request request) const;
  [[nodiscard]] Response internal_error(const Route& route, const std::exception& error) const;

  const Router& router_;
  RateLimit& rate_limit_;
  Logger& log_;
};

}  // namespace replay::http
