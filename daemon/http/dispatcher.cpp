#include "http/dispatcher.h"

#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <random>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/error.h"
#include "base/log.h"
#include "http/compression.h"
#include "http/conditional.h"
#include "http/problem.h"
#include "http/rate_limit.h"

namespace replay::http {
namespace {

std::string new_request_id() {
  std::random_device random;
  const auto number = (std::uint64_t{random()} << 32U) | random();
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
  return {digits.begin(), end};
}

std::string join(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

Response wrong_method(Method method, const Request& request,
                      const std::vector<std::string>& allowed) {
  Response response;
  if (method == Method::options) {
    response.status = 204;
  } else {
    response = problem(405, request.path + " does not answer " + std::string(to_string(method)) +
                                "; it answers " + join(allowed) + ".");
  }
  response.headers.insert_or_assign("Allow", join(allowed));
  return response;
}

/// 304 keeps every header of the answer it stands for but those about the body (RFC 9110,
/// section 15.4.5).
void drop_body(Response& response) {
  response.status = 304;
  response.body.clear();
  response.content_type.clear();
}

void add_vary(Response& response) {
  std::string& vary = response.headers["Vary"];
  vary += vary.empty() ? "Accept-Encoding" : ", Accept-Encoding";
}

/// The gzip form is another sequence of bytes, so its tag may only be a weak one.
void finish(Response& response, bool is_read, const std::string& if_none_match,
            const std::string& accept_encoding) {
  const bool compressible = is_compressible(response);
  const bool compress = compressible && accepts_gzip(accept_encoding);
  if (compressible) add_vary(response);
  if (!response.etag.empty()) {
    response.headers.insert_or_assign("ETag", (compress ? "W/\"" : "\"") + response.etag + '"');
    if (is_read && response.status == 200 && names_etag(if_none_match, response.etag)) {
      drop_body(response);
      return;
    }
  }
  if (compress) {
    response.body = gzip(response.body);
    response.headers.insert_or_assign("Content-Encoding", "gzip");
  }
}

void add_rate_headers(Response& response, const RateLimit::Verdict& verdict) {
  if (verdict.limit == 0) return;
  response.headers.insert_or_assign("RateLimit-Limit", std::to_string(verdict.limit));
  response.headers.insert_or_assign("RateLimit-Remaining", std::to_string(verdict.remaining));
  response.headers.insert_or_assign("RateLimit-Reset", std::to_string(verdict.reset.count()));
}

Response too_many_requests(const RateLimit::Verdict& verdict) {
  const std::string seconds = std::to_string(verdict.retry_after.count());
  return problem(429, "More than " + std::to_string(verdict.limit) +
                          " requests a minute from this address; the next one is answered in " +
                          seconds + " s.")
      .with_header("Retry-After", seconds);
}

}  // namespace

Response Dispatcher::internal_error(const Route& route, const std::exception& error) const {
  const std::string id = new_request_id();
  log_.error("request failed",
             {{"route", route.name}, {"request_id", id}, {"error", describe(error)}});
  return internal_problem(id);
}

boost::asio::awaitable<Response> Dispatcher::handle(const Route& route, Request request) const {
  try {
    co_return co_await route.handler(std::move(request));
  } catch (const Error& error) {
    if (to_status(error.kind()) == 500) co_return internal_error(route, error);
    co_return problem(error);
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted)
      co_return internal_error(route, error);
    co_return problem(Error(ErrorKind::unavailable, "The daemon is stopping."));
  } catch (const std::exception& error) {
    co_return internal_error(route, error);
  }
}

boost::asio::awaitable<Answer> Dispatcher::route(std::string target, Request request) const {
  std::optional<Target> parsed = parse_target(target);
  if (!parsed) {
    co_return Answer{problem(400, "The request target is no path in percent-encoded UTF-8.")};
  }
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  Router::Match match = router_.match(request.method, parsed->segments);
  if (match.route == nullptr) {
    if (match.allowed.empty()) co_return Answer{problem(404, "There is no " + request.path + ".")};
    co_return Answer{wrong_method(request.method, request, match.allowed)};
  }
  request.path_parameters = std::move(match.parameters);

  Answer answer{{}, match.route->name};
  RateLimit::Verdict verdict;
  if (match.route->rate_limited) verdict = rate_limit_.take(request.client);
  if (verdict.allowed) {
    answer.response = co_await handle(*match.route, std::move(request));
  } else {
    answer.rate_limited = true;
    answer.response = too_many_requests(verdict);
  }
  add_rate_headers(answer.response, verdict);
  co_return answer;
}

boost::asio::awaitable<Answer> Dispatcher::answer(std::string target, Request request) const {
  const bool is_read = request.method == Method::get || request.method == Method::head;
  const std::string if_none_match(request.header("if-none-match"));
  const std::string accept_encoding(request.header("accept-encoding"));
  Answer answer = co_await route(std::move(target), std::move(request));
  finish(answer.response, is_read, if_none_match, accept_encoding);
  co_return answer;
}

}  // namespace replay::http
