#include "tests/support/http_receiver.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace replay::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The Content-Length of a request's header; 0 without one.
std::size_t content_length(std::string header) {
  std::ranges::transform(header, header.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kName = "content-length:";
  const std::size_t at = header.find(kName);
  return at == std::string::npos ? 0 : std::stoul(header.substr(at + kName.size()));
}

/// One whole request; "" where the peer went away or is silent.
std::string request(int connection) {
  std::string received;
  std::array<char, 4096> chunk{};
  for (;;) {
    const std::size_t end = received.find("\r\n\r\n");
    if (end != std::string::npos &&
        received.size() >= end + 4 + content_length(received.substr(0, end))) {
      return received;
    }
    const auto count = ::recv(connection, chunk.data(), chunk.size(), 0);
    if (count <= 0) return "";
    received.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

HttpReceiver::HttpReceiver(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int yes = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket_, generic, size) != 0 || ::listen(socket_, SOMAXCONN) != 0 ||
      ::getsockname(socket_, generic, &size) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot listen on port " + std::to_string(port));
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpReceiver::~HttpReceiver() {
  stopping_ = true;
  ::shutdown(socket_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  ::close(socket_);
}

std::vector<HttpReceiver::Post> HttpReceiver::posts() const {
  const std::lock_guard lock(mutex_);
  return posts_;
}

void HttpReceiver::serve() {
  while (!stopping_) {
    const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    answer(connection);
    ::close(connection);
  }
}

void HttpReceiver::answer(int connection) {
  const std::string received = request(connection);
  if (received.empty()) return;
  const std::size_t path = received.find(' ') + 1;
  {
    const std::lock_guard lock(mutex_);
    posts_.push_back({received.substr(path, received.find(' ', path) - path),
                      received.substr(received.find("\r\n\r\n") + 4)});
  }
  const std::string text = "HTTP/1.1 " + std::to_string(status_) +
                           " Answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

std::uint16_t free_port() { return HttpReceiver().port(); }

}  // namespace replay::testing
