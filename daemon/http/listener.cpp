#include "http/listener.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/system_error.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace replay::http {
namespace {

namespace asio = boost::asio;
namespace ip = boost::asio::ip;
using Generic = asio::generic::stream_protocol;
using Local = asio::local::stream_protocol;

std::optional<ip::tcp::endpoint> as_tcp(const Generic::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  ip::tcp::endpoint tcp;
  if ((family != AF_INET && family != AF_INET6) || endpoint.size() > tcp.capacity()) {
    return std::nullopt;
  }
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  return tcp;
}

std::string unix_path(const Generic::endpoint& endpoint) {
  Local::endpoint local;
  std::memcpy(local.data(), endpoint.data(), std::min(endpoint.size(), local.capacity()));
  local.resize(endpoint.size());
  return local.path();
}

std::string address_of(const Generic::endpoint& endpoint) {
  const std::optional<ip::tcp::endpoint> tcp = as_tcp(endpoint);
  if (!tcp) return "unix:" + unix_path(endpoint);
  const std::string host = tcp->address().to_string();
  return (tcp->address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(tcp->port());
}

/// A socket file outlives a process that was killed. Only one that refuses connections is taken
/// away, so that neither another daemon's door nor a file that is no socket is lost; bind() says
/// what is wrong with those.
void remove_stale_socket(asio::io_context& io, const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  Local::socket probe(io);
  boost::system::error_code error;
  probe.connect(Local::endpoint(path), error);
  if (error == asio::error::connection_refused) unlink(path.c_str());
}

Generic::endpoint endpoint_of(const ListenAddress& address) {
  if (address.is_unix) return Local::endpoint(address.host);
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  return ip::tcp::endpoint(ip::make_address(host), address.port);
}

}  // namespace

void SocketFile::remove() noexcept {
  if (!path_.empty()) unlink(path_.c_str());
  path_.clear();
}

Listener listen_on(asio::io_context& io, const ListenAddress& address) {
  try {
    const Generic::endpoint endpoint = endpoint_of(address);
    if (address.is_unix) remove_stale_socket(io, address.host);
    Acceptor acceptor(asio::make_strand(io), endpoint.protocol());
    if (!address.is_unix) acceptor.set_option(asio::socket_base::reuse_address(true));
    if (endpoint.protocol().family() == AF_INET6) acceptor.set_option(ip::v6_only(false));
    acceptor.bind(endpoint);
    acceptor.listen();
    std::string bound = address_of(acceptor.local_endpoint());
    return {std::move(acceptor), std::move(bound), SocketFile(address.is_unix ? address.host : "")};
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorKind::unavailable,
                "Cannot listen on " + address.text + ": " + error.code().message() + ".");
  }
}

Listener adopt_listener(asio::io_context& io, int descriptor) {
  Generic::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  int listens = 0;
  socklen_t flag_size = sizeof(listens);
  const bool usable = getsockname(descriptor, endpoint.data(), &size) == 0 &&
                      getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &flag_size) == 0;
  endpoint.resize(size);
  const int family = endpoint.protocol().family();
  const bool known = family == AF_INET || family == AF_INET6 || family == AF_UNIX;
  if (!usable || listens == 0 || !known) {
    throw Error(ErrorKind::unavailable, "The inherited descriptor " + std::to_string(descriptor) +
                                            " is no listening TCP or Unix stream socket.");
  }
  Acceptor acceptor(asio::make_strand(io));
  acceptor.assign(Generic(family, family == AF_UNIX ? 0 : IPPROTO_TCP), descriptor);
  return {std::move(acceptor), address_of(endpoint), SocketFile()};
}

std::string client_of(const Generic::endpoint& peer) {
  const std::optional<ip::tcp::endpoint> tcp = as_tcp(peer);
  if (!tcp) return "unix";
  const ip::address address = tcp->address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace replay::http
