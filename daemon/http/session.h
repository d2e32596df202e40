#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "http/server.h"

namespace replay::http {

class Dispatcher;

/// A TCP or a Unix socket alike, so that Beast is compiled once.
using Socket = boost::asio::generic::stream_protocol::socket;

/// What all sessions of a server share; outlives them.
struct SessionContext {
  const ServerOptions& options;
  const Dispatcher& dispatcher;
  const Clock& clock;
  Logger& log;
  const Server::Observer& on_response;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests_in_flight = 0;
};

/// One connection, from its first byte until either side closes it.
/// Thread rule: everything on the strand that is the socket's executor.
class Session {
 public:
  virtual ~Session() = default;

  /// Serves request after request. Never throws: a broken connection is an ordinary end.
  [[nodiscard]] virtual boost::asio::awaitable<void> run() = 0;

  /// Ends the session at once where it is between two requests; otherwise the next answer is the
  /// last.
  virtual void close_between_requests() = 0;

  /// The same, and also where its first request has not begun.
  virtual void close_when_idle() = 0;

  /// Ends the session whatever it does.
  virtual void close() = 0;
};

[[nodiscard]] std::unique_ptr<Session> make_session(Socket socket, std::string client,
                                                    SessionContext& context);

}  // namespace replay::http
