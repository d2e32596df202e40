#include "http/response.h"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>

namespace replay::http {
namespace {

/// Half of a SHA-256: 128 bits cannot collide by accident, and the tag stays short.
std::string hash_of(std::string_view text) {
  constexpr std::size_t kTagBytes = 16;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }
  std::string tag;
  for (std::size_t i = 0; i < kTagBytes; ++i) {
    const unsigned byte = digest.at(i);
    tag += kDigits[byte >> 4U];
    tag += kDigits[byte & 0xFU];
  }
  return tag;
}

}  // namespace

Response Response::json(const json::value& body, unsigned status) {
  Response response;
  response.status = status;
  response.body = json::serialize(body);
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
