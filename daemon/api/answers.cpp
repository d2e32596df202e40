#include "api/answers.h"

#include <utility>

#include "base/json.h"

namespace replay::api {

http::Response json_answer(const json::value& body, unsigned status) {
  return http::Response::text(to_text(body), "application/json", status);
}

http::Response cacheable_answer(std::string document, std::chrono::seconds max_age) {
  return http::Response::text(std::move(document), "application/json")
      .with_etag()
      .with_header("Cache-Control", "private, max-age=" + std::to_string(max_age.count()));
}

json::value or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

json::value or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::value or_null(const std::optional<Instant>& when) {
  return when ? json::value(format_instant(*when)) : json::value(nullptr);
}

}  // namespace replay::api
