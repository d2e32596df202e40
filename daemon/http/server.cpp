#include "http/server.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <list>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "http/dispatcher.h"
#include "http/listener.h"
#include "http/problem.h"
#include "http/session.h"

namespace replay::http {
namespace {

namespace asio = boost::asio;

constexpr auto kResult = asio::as_tuple(asio::use_awaitable);

/// Without descriptors or memory accept() fails at once, again and again; connections wait in the
/// backlog.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kAcceptLogInterval{30};

/// A session and what reaches it from outside its strand.
struct Connection {
  std::unique_ptr<Session> session;
  std::string client;
  asio::any_io_executor strand;
  asio::cancellation_signal cancel;
};

using ConnectionPtr = std::shared_ptr<Connection>;

/// Written without waiting: a fresh socket has room for it.
void refuse(Socket& socket) {
  const std::string body = problem(503, "Too many connections are open; retry later.").body;
  const std::string answer =
      "HTTP/1.1 503 Service Unavailable\r\nServer: decision-replay\r\nRetry-After: 1\r\n"
      "Connection: close\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(asio::buffer(answer), 0, ignored);
  socket.close(ignored);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions chosen, const Router& router, RateLimit& rate_limit, const Clock& time,
       Logger& logger, Observer observer);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start();
  asio::awaitable<void> accept(Listener& listener);
  void admit(Socket socket, std::string client);
  void forget(const ConnectionPtr& connection);
  std::vector<ConnectionPtr> open_connections();
  void tell_all(void (Session::*what)());
  void await_end_of_all(std::chrono::steady_clock::time_point deadline);
  void close_listeners();
  void stop(std::chrono::milliseconds limit);

  const ServerOptions options;
  const Observer on_response;
  const Clock& clock;
  Logger& log;
  const Dispatcher dispatcher;
  SessionContext context;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::list<Listener> listeners;  ///< each used on its acceptor's strand

  Mutex mutex;
  std::condition_variable_any changed;  ///< `accepting` or `connections` became smaller
  std::size_t accepting GUARDED_BY(mutex) = 0;
  std::unordered_set<ConnectionPtr> connections GUARDED_BY(mutex);
  std::unordered_map<std::string, std::size_t> per_client GUARDED_BY(mutex);
  ServerStats counts GUARDED_BY(mutex);

  std::vector<std::thread> threads;
};

Server::Impl::Impl(ServerOptions chosen, const Router& router, RateLimit& rate_limit,
                   const Clock& time, Logger& logger, Observer observer)
    : options(std::move(chosen)),
      on_response(std::move(observer)),
      clock(time),
      log(logger),
      dispatcher(router, rate_limit, logger),
      context{options, dispatcher, clock, log, on_response},
      work(asio::make_work_guard(io)) {
  if (options.inherited_sockets.empty()) {
    for (const ListenAddress& address : options.addresses)
      listeners.push_back(listen_on(io, address));
  } else {
    for (const int socket : options.inherited_sockets)
      listeners.push_back(adopt_listener(io, socket));
  }
}

/// A stop without time: every coroutine ends, and only then does what it uses go away.
// NOLINTNEXTLINE(bugprone-exception-escape): without memory even for a stop, nothing is left
Server::Impl::~Impl() {
  stop(std::chrono::milliseconds(0));
  work.reset();
  for (std::thread& thread : threads) thread.join();
}

void Server::Impl::start() {
  for (std::size_t i = 0; i < options.threads; ++i) threads.emplace_back([this] { io.run(); });
  const MutexLock lock(mutex);
  for (Listener& listener : listeners) {
    ++accepting;
    asio::co_spawn(listener.acceptor.get_executor(), accept(listener),
                   [this](const std::exception_ptr&) {
                     const MutexLock ended(mutex);
                     --accepting;
                     changed.notify_all();
                   });
  }
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): listeners outlive it
asio::awaitable<void> Server::Impl::accept(Listener& listener) {
  asio::steady_timer pause(listener.acceptor.get_executor());
  std::optional<std::chrono::steady_clock::time_point> logged;
  while (listener.acceptor.is_open()) {
    asio::generic::stream_protocol::endpoint peer;
    const asio::any_io_executor strand = asio::make_strand(io);
    auto [error, socket] = co_await listener.acceptor.async_accept(strand, peer, kResult);
    if (!error) {
      admit(std::move(socket), client_of(peer));
      continue;
    }
    if (error == asio::error::operation_aborted || error == asio::error::connection_aborted)
      continue;
    const auto now = clock.steady_now();
    if (!logged || now - *logged >= kAcceptLogInterval) {
      log.error("cannot accept connections",
                {{"address", listener.address}, {"error", error.message()}});
      logged = now;
    }
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(kResult);
  }
}

void Server::Impl::admit(Socket socket, std::string client) {
  boost::system::error_code ignored;  // a Unix socket has nothing to delay
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>();
  {
    const MutexLock lock(mutex);
    ++counts.accepted;
    const auto of_client = per_client.find(client);
    const std::size_t known = of_client == per_client.end() ? 0 : of_client->second;
    if (connections.size() >= options.max_connections ||
        known >= options.max_connections_per_client) {
      ++counts.refused_connections;
      refuse(socket);
      return;
    }
    ++per_client[client];
    connections.insert(connection);
  }
  connection->client = client;
  connection->strand = socket.get_executor();
  connection->session = make_session(std::move(socket), std::move(client), context);
  asio::co_spawn(connection->strand, connection->session->run(),
                 asio::bind_cancellation_slot(
                     connection->cancel.slot(),
                     [this, connection](const std::exception_ptr&) { forget(connection); }));
}

void Server::Impl::forget(const ConnectionPtr& connection) {
  const MutexLock lock(mutex);
  connections.erase(connection);
  const auto of_client = per_client.find(connection->client);
  if (--of_client->second == 0) per_client.erase(of_client);
  changed.notify_all();
}

std::vector<ConnectionPtr> Server::Impl::open_connections() {
  const MutexLock lock(mutex);
  return {connections.begin(), connections.end()};
}

void Server::Impl::close_listeners() {
  for (Listener& listener : listeners) {
    asio::post(listener.acceptor.get_executor(), [&listener] {
      boost::system::error_code ignored;
      listener.file.remove();
      listener.acceptor.close(ignored);
    });
  }
  MutexLock lock(mutex);
  while (accepting > 0) changed.wait(lock);
}

void Server::Impl::tell_all(void (Session::*what)()) {
  for (const ConnectionPtr& connection : open_connections()) {
    asio::post(connection->strand, [connection, what] { (connection->session.get()->*what)(); });
  }
}

void Server::Impl::await_end_of_all(std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex);
  while (!connections.empty() && changed.wait_until(lock, deadline) == std::cv_status::no_timeout) {
  }
}

/// Listeners first: what they have accepted is ours to answer, and what they have not is left to
/// whoever else holds the socket.
void Server::Impl::stop(std::chrono::milliseconds limit) {
  const auto now = std::chrono::steady_clock::now();
  context.stopping = true;  // before a refused connection can tell anybody of the stop
  close_listeners();
  tell_all(&Session::close_between_requests);
  await_end_of_all(now + std::min(limit, options.first_request_patience));
  tell_all(&Session::close_when_idle);
  await_end_of_all(now + limit);
  for (const ConnectionPtr& connection : open_connections()) {
    asio::post(connection->strand, [connection] {
      connection->session->close();
      connection->cancel.emit(asio::cancellation_type::terminal);
    });
  }
}

Server::Server(ServerOptions options, const Router& router, RateLimit& rate_limit,
               const Clock& clock, Logger& log, Observer on_response)
    : impl_(std::make_unique<Impl>(std::move(options), router, rate_limit, clock, log,
                                   std::move(on_response))) {
  impl_->start();
}

Server::~Server() = default;

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> addresses;
  for (const Listener& listener : impl_->listeners) addresses.push_back(listener.address);
  return addresses;
}

void Server::stop(std::chrono::milliseconds limit) { impl_->stop(limit); }

void Server::post(std::function<void()> work) { asio::post(impl_->io, std::move(work)); }

ServerStats Server::stats() const {
  const MutexLock lock(impl_->mutex);
  ServerStats stats = impl_->counts;
  stats.connections = impl_->connections.size();
  stats.requests_in_flight = impl_->context.requests_in_flight;
  return stats;
}

}  // namespace replay::http
