#pragma once

#include <exception>
#include <string>

#include "base/error.h"
#include "http/response.h"

namespace replay::http {

/// The only place where a kind of error meets an HTTP status.
[[nodiscard]] unsigned to_status(ErrorKind kind);

/// `{"detail":"<one sentence>"}` with the error's status and Retry-After.
[[nodiscard]] Response problem(const Error& error);
[[nodiscard]] Response problem(unsigned status, const std::string& sentence);

/// Any other exception: a fixed sentence with the request's id; what() is for the log, never for
/// the client.
[[nodiscard]] Response internal_problem(const std::string& request_id);

}  // namespace replay::http
