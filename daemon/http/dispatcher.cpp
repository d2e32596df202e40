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

Response wrong_method(const Request& request, const std::vector<std::string>& allowed) {
  Response response;
  if (request.method == Method::options) {
    response.status = 204;
  } else {
    response =
        problem(405, request.path + " does not answer " + std::string(to_string(request.method)) +
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

/// Whether a browser sends this for a page of somebody else's: it says where the page came from,
/// and no page is ours. A form post needs no permission of ours first, so an operator who visits a
/// bad page could be made to unblock a task.
bool is_cross_site(const Request& request) {
  const bool changes_something = request.method != Method::get && request.method != Method::head &&
                                 request.method != Method::options;
  const std::string_view origin = request.header("origin");
  if (!changes_something || origin.empty()) return false;
  const std::size_t host = origin.find("://");
  return host == std::string_view::npos || origin.substr(host + 3) != request.header("host");
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

Response Dispatcher::to_response(const Route& route, const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return to_status(error.kind()) == 500 ? internal_error(route, error) : problem(error);
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) return internal_error(route, error);
    return problem(Error(ErrorKind::unavailable, "The daemon is stopping."));
  } catch (const std::exception& error) {
    return internal_error(route, error);
  }
}

Dispatcher::Admission Dispatcher::admit(const std::string& target, Request& request) const {
  Admission admission;
  Response& refusal = admission.answer.response;
  std::optional<Target> parsed = parse_target(target);
  if (!parsed) {
    refusal = problem(400, "The request target is no path in percent-encoded UTF-8.");
    return admission;
  }
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  Router::Match match = router_.match(request.method, parsed->segments);
  if (match.route == nullptr) {
    refusal = match.allowed.empty() ? problem(404, "There is no " + request.path + ".")
                                    : wrong_method(request, match.allowed);
    return admission;
  }
  request.path_parameters = std::move(match.parameters);
  admission.answer.route = match.route->name;
  if (is_cross_site(request)) {
    refusal = problem(
        403, "Requests that change something are not taken from pages of other sites (Origin).");
    return admission;
  }
  if (match.route->rate_limited) admission.verdict = rate_limit_.take(request.client);
  if (admission.verdict.allowed) {
    admission.route = match.route;
  } else {
    refusal = too_many_requests(admission.verdict);
    admission.answer.rate_limited = true;
  }
  return admission;
}

boost::asio::awaitable<Answer> Dispatcher::answer(std::string target, Request request) const {
  const bool is_read = request.method == Method::get || request.method == Method::head;
  const std::string if_none_match(request.header("if-none-match"));
  const std::string accept_encoding(request.header("accept-encoding"));
  Admission admission = admit(target, request);
  Answer answer = std::move(admission.answer);
  if (admission.route != nullptr) {
    std::exception_ptr failure;
    try {
      boost::asio::awaitable<Response> handling = admission.route->handler(std::move(request));
      answer.response = co_await std::move(handling);
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) answer.response = to_response(*admission.route, failure);
  }
  add_rate_headers(answer.response, admission.verdict);
  finish(answer.response, is_read, if_none_match, accept_encoding);
  co_return answer;
}

}  // namespace replay::http
