#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/router.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::http {

class RateLimit;

/// `host:port` (host an address or `localhost`; port 0: any free one) or `unix:/path`.
struct ListenAddress {
  std::string text;
  bool is_unix = false;
  std::string host;  ///< or the path of a Unix socket
  std::uint16_t port = 0;

  /// Throws Error(malformed) with a sentence that shows the two forms.
  [[nodiscard]] static ListenAddress parse(std::string_view text);
  [[nodiscard]] bool is_loopback() const;  ///< a Unix socket is
};

struct ServerOptions {
  std::vector<ListenAddress> addresses;
  std::vector<int>
      inherited_sockets;  ///< listening file descriptors from systemd; used instead of addresses
  std::size_t threads = 2;
  std::size_t header_limit_bytes = 16U << 10U;
  std::size_t body_limit_bytes = 8U << 20U;  ///< past it: 413
  std::chrono::seconds header_timeout{10};   ///< to receive a request's header once it has begun
  std::chrono::seconds body_timeout{60};     ///< to receive the body, and to send an answer
  std::chrono::seconds idle_timeout{75};     ///< between requests of one connection
  /// When stopping, for the first request of a connection: it may be on its way.
  std::chrono::milliseconds first_request_patience{500};
  std::size_t max_connections = 1024;
  std::size_t max_connections_per_client = 256;
};

/// One answered request, for metrics and the access log (debug).
struct ResponseRecord {
  std::string_view route;  ///< Route::name, or "unmatched"
  Method method = Method::get;
  unsigned status = 0;
  std::chrono::microseconds duration{};  ///< from the header's last byte to the answer's last byte
  std::size_t response_bytes = 0;
  bool rate_limited = false;
};

struct ServerStats {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;
  std::uint64_t refused_connections = 0;  ///< over a limit
  std::uint64_t requests_in_flight = 0;
};

/// The one HTTP server: HTTP/1.1 on Beast coroutines, a strand per connection, its own io threads.
/// Owns sockets and sessions; the router and everything its handlers use must outlive it.
/// Listens from construction; Throws Error(unavailable) where an address cannot be bound, naming
/// it.
class Server {
 public:
  using Observer = std::function<void(const ResponseRecord&)>;

  Server(ServerOptions options, const Router& router, RateLimit& rate_limit, const Clock& clock,
         Logger& log, Observer on_response);
  ~Server();  ///< stop() with no time left
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The addresses it listens on, with the real ports: "127.0.0.1:8080", "unix:/run/x.sock".
  [[nodiscard]] std::vector<std::string> addresses() const;

  /// Takes no more connections, lets the requests under way finish, closes idle connections (those
  /// that never asked anything after `first_request_patience`); after `limit` closes all. Whoever
  /// had connected to a socket that somebody else keeps open is answered, by us or by who adopts it
  /// next.
  void stop(std::chrono::milliseconds limit);

  [[nodiscard]] ServerStats stats() const;

  /// Calls `work` on an io thread, once one has time; never, where the server ends before.
  void post(std::function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::http
