#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "http/rate_limit.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace replay {
class Logger;
}

namespace replay::http {

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
  /// What is known before a handler runs: the route that shall answer, or, where it is null, the
  /// answer.
  struct Admission {
    Answer answer;
    const Route* route = nullptr;
    RateLimit::Verdict verdict;
  };

  [[nodiscard]] Admission admit(const std::string& target, Request& request) const;
  [[nodiscard]] Response to_response(const Route& route, const std::exception_ptr& failure) const;
  [[nodiscard]] Response internal_error(const Route& route, const std::exception& error) const;

  const Router& router_;
  RateLimit& rate_limit_;
  Logger& log_;
};

}  // namespace replay::http
