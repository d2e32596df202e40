#include "http/response.h"

#include <utility>

#include "base/sha256.h"

namespace replay::http {
namespace {

/// Half of a SHA-256: 128 bits cannot collide by accident, and the tag stays short.
std::string hash_of(std::string_view text) { return sha256_hex(text).substr(0, 32); }

}  // namespace

Response Response::json(const json::value& body, unsigned status) {
  Response response;
  response.status = status;
  response.body = to_text(body);
  return response;
}

Response Response::text(std::string body, std::string content_type, unsigned status) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response&& Response::with_etag() && {
  etag = hash_of(body);
  return std::move(*this);
}

Response&& Response::with_header(std::string name, std::string value) && {
  headers.insert_or_assign(std::move(name), std::move(value));
  return std::move(*this);
}

}  // namespace replay::http
