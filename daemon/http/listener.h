#pragma once

#include <string>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "http/server.h"

namespace replay::http {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// The file of a Unix socket we made; removed with it.
class SocketFile {
 public:
  SocketFile() = default;
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFile& operator=(SocketFile&&) = delete;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile() { remove(); }

  void remove() noexcept;

 private:
  std::string path_;  ///< empty: none
};

/// A socket that listens; its acceptor has a strand of its own.
struct Listener {
  Acceptor acceptor;
  std::string address;  ///< as the operator would write it, with the real port
  SocketFile file;
};

/// Throws Error(unavailable) naming the address. A Unix socket's file that nobody listens on any
/// more is replaced.
[[nodiscard]] Listener listen_on(boost::asio::io_context& io, const ListenAddress& address);

/// Takes over a listening descriptor that systemd passed. Throws Error(unavailable) where it is
/// none of ours to use.
[[nodiscard]] Listener adopt_listener(boost::asio::io_context& io, int descriptor);

/// The peer's address without port, an IPv4 one as such even where it came in over IPv6; "unix" for
/// a Unix socket.
[[nodiscard]] std::string client_of(const boost::asio::generic::stream_protocol::endpoint& peer);

}  // namespace replay::http
