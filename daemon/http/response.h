#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace replay::http {

/// What a handler answers. A value; HEAD, compression, ETag comparison and connection headers are
/// the session's business.
struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string>
      headers;       ///< besides Content-Type, Content-Length, Date, Server
  std::string etag;  ///< without quotes; empty: none

  [[nodiscard]] static Response json(const json::value& body, unsigned status = 200);
  [[nodiscard]] static Response text(std::string body,
                                     std::string content_type = "text/plain; charset=utf-8",
                                     unsigned status = 200);

  /// A strong entity tag from a hash of the body.
  Response&& with_etag() &&;
  Response&& with_header(std::string name, std::string value) &&;
};

}  // namespace replay::http
