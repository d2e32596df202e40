#include "api/parameters.h"

#include <algorithm>

namespace replay::api {

Window window_parameter(const http::Request& request, std::string_view otherwise) {
  auto window = Window::parse(request.query_value("window").value_or(otherwise));
  if (!window) {
    throw Error(ErrorKind::out_of_range,
                "window must be a whole number of minutes, hours or days from 1m to 90d, such as "
                "30m, 24h or 7d.");
  }
  return *std::move(window);
}

std::optional<std::string_view> text_parameter(const http::Request& request,
                                               std::string_view name) {
  const auto value = request.query_value(name);
  return value && !value->empty() ? value : std::nullopt;
}

Error bad_cursor() {
  return {
      ErrorKind::malformed,
      "The cursor is damaged or of another listing; take next_cursor of the page before as it is."};
}

std::string media_type(const http::Request& request) {
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  type = type.substr(0, type.find_last_not_of(" \t") + 1);
  std::string lower(type);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

void require_json(const http::Request& request) {
  const std::string type = media_type(request);
  if (type.empty() || type == "application/json" || type == "application/x-www-form-urlencoded")
    return;
  throw Error(ErrorKind::unsupported_media, "The body must be JSON, sent as application/json.");
}

}  // namespace replay::api
