#include "http/problem.h"

#include <chrono>
#include <optional>

namespace replay::http {
namespace {

/// "Try again later" without a time would be tried again at once.
std::optional<std::chrono::seconds> retry_after(const Error& error) {
  const bool passes = error.kind() == ErrorKind::busy || error.kind() == ErrorKind::unavailable ||
                      error.kind() == ErrorKind::rate_limited;
  if (!error.retry_after() && passes) return std::chrono::seconds(1);
  return error.retry_after();
}

}  // namespace

unsigned to_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed:
      return 400;
    case ErrorKind::out_of_range:
      return 422;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::method_not_allowed:
      return 405;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported_media:
      return 415;
    case ErrorKind::rate_limited:
      return 429;
    case ErrorKind::busy:
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::corrupt:
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

Response problem(const Error& error) {
  Response response = problem(to_status(error.kind()), error.what());
  if (const auto wait = retry_after(error)) {
    response.headers.insert_or_assign("Retry-After", std::to_string(wait->count()));
  }
  return response;
}

Response problem(unsigned status, const std::string& sentence) {
  return Response::json({{"detail", sentence}}, status);
}

Response internal_problem(const std::string& request_id) {
  return problem(500, "Something went wrong inside the daemon; its log says what, under request " +
                          request_id + ".")
      .with_header("X-Request-Id", request_id);
}

}  // namespace replay::http
