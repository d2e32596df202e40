#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/time.h"
#include "http/response.h"

namespace replay::api {

[[nodiscard]] http::Response json_answer(const json::value& body, unsigned status = 200);

/// An answer that clients may keep: with an ETag, and fresh for `max_age`.
/// REQUIRES: `document` is the text of a JSON document.
[[nodiscard]] http::Response cacheable_answer(std::string document, std::chrono::seconds max_age);

// A member that may be missing: null, or the value; instants in the one form we write.
[[nodiscard]] json::value or_null(const std::optional<std::string>& text);
[[nodiscard]] json::value or_null(const std::optional<double>& number);
[[nodiscard]] json::value or_null(const std::optional<Instant>& when);

}  // namespace replay::api
