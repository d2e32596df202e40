#include "tests/support/http_client.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

namespace replay::testing {
namespace {

constexpr timeval kPatience{20, 0};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

int connect_unix(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof(name.sun_path))
    throw std::runtime_error("socket path too long: " + path);
  std::memcpy(name.sun_path, path.data(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) != 0) {
    const int error = errno;
    ::close(socket);
    errno = error;
    fail("cannot connect to " + path);
  }
  return socket;
}

int connect_tcp(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) {
    throw std::runtime_error("no numeric address: " + address);
  }
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int result = ::connect(socket, found->ai_addr, found->ai_addrlen);
  const int error = errno;
  freeaddrinfo(found);
  if (result != 0) {
    ::close(socket);
    errno = error;
    fail("cannot connect to " + address);
  }
  return socket;
}

HttpResponse parse_header(std::string_view text) {
  HttpResponse response;
  if (!text.starts_with("HTTP/1.") || text.size() < 12) {
    throw std::runtime_error("no HTTP answer: " + std::string(text));
  }
  response.status = static_cast<unsigned>(std::stoul(std::string(text.substr(9, 3))));
  while (true) {
    text.remove_prefix(text.find("\r\n") + 2);
    const std::string_view line = text.substr(0, text.find("\r\n"));
    if (line.empty()) return response;
    const std::size_t colon = line.find(": ");
    response.headers.emplace(lower(line.substr(0, colon)), line.substr(colon + 2));
  }
}

bool has_body(const HttpResponse& response) {
  return response.status >= 200 && response.status != 204 && response.status != 304;
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  const auto found = headers.find(lower(name));
  return found == headers.end() ? "" : found->second;
}

bool HttpResponse::has_header(std::string_view name) const { return headers.contains(lower(name)); }

std::string HttpResponse::gunzip() const {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  std::string compressed = body;
  stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    std::array<char, 16'384> piece{};
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("the body is not gzip");
  return text;
}

json::value HttpResponse::to_json() const {
  std::optional<json::value> document = parse_json(body);
  if (!document) throw std::runtime_error("the body is not JSON: " + body);
  return std::move(*document);
}

HttpClient::HttpClient(std::string address) : address_(std::move(address)) {}

HttpClient::~HttpClient() { disconnect(); }

HttpResponse HttpClient::get(const std::string& path, const Headers& headers) {
  return request("GET", path, headers);
}

HttpResponse HttpClient::post(const std::string& path, const std::string& body,
                              const std::string& content_type) {
  return request("POST", path, {{"Content-Type", content_type}}, body);
}

HttpResponse HttpClient::request(const std::string& method, const std::string& path,
                                 const Headers& headers, const std::string& body) {
  std::string text = method + ' ' + path + " HTTP/1.1\r\nHost: test\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST" || method == "PUT") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  if (closed_by_server()) disconnect();
  send(text + "\r\n" + body);
  HttpResponse response = receive(method == "HEAD");
  if (response.header("Connection") == "close") disconnect();
  return response;
}

bool HttpClient::closed_by_server() const {
  char next = 0;
  return socket_ >= 0 && ::recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void HttpClient::send(std::string_view bytes) {
  if (socket_ < 0) connect();
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HttpResponse HttpClient::receive(bool to_head) {
  HttpResponse response = parse_header(take_header());
  if (to_head || !has_body(response)) return response;
  if (response.has_header("Content-Length")) {
    response.body = take(std::stoul(response.header("Content-Length")));
    return response;
  }
  while (read_more()) {
  }
  response.body = std::exchange(buffer_, {});
  return response;
}

bool HttpClient::wait_for_close() {
  const bool nothing_came = !read_more() && buffer_.empty();
  while (read_more()) {
  }
  return nothing_came;
}

void HttpClient::connect() {
  constexpr std::string_view kUnix = "unix:";
  disconnect();
  socket_ = address_.starts_with(kUnix) ? connect_unix(address_.substr(kUnix.size()))
                                        : connect_tcp(address_);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
}

void HttpClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void HttpClient::disconnect() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  buffer_.clear();
}

/// False at the end of the stream; a reset is one too.
bool HttpClient::read_more() {
  std::array<char, 16'384> piece{};
  const ssize_t received = ::recv(socket_, piece.data(), piece.size(), 0);
  if (received < 0 && errno == ECONNRESET) return false;
  if (received < 0) fail("no answer from " + address_);
  buffer_.append(piece.data(), static_cast<std::size_t>(received));
  return received > 0;
}

std::string HttpClient::take(std::size_t bytes) {
  while (buffer_.size() < bytes) {
    if (!read_more()) throw std::runtime_error("the connection ended inside an answer");
  }
  std::string taken = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return taken;
}

std::string HttpClient::take_header() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  while (buffer_.find(kEnd) == std::string::npos) {
    if (!read_more()) throw std::runtime_error("the connection ended before an answer");
  }
  return take(buffer_.find(kEnd) + kEnd.size());
}

}  // namespace replay::testing
