#include "test_server.h"

#include <stdexcept>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"

namespace replay::http {
namespace {

namespace asio = boost::asio;

asio::awaitable<Response> hello(Request) { co_return Response::text("hello"); }

asio::awaitable<Response> describe_request(Request request) {
  json::object query;
  for (const auto& [name, value] : request.query) query[name] = value;
  json::object headers;
  for (const auto& [name, value] : request.headers) headers[name] = value;
  co_return Response::json({{"id", request.path_parameter("id")},
                            {"path", request.path},
                            {"client", request.client},
                            {"query", query},
                            {"headers", headers}});
}

asio::awaitable<Response> echo(Request request) { co_return Response::text(request.body); }

/// More than the socket buffers of both sides hold.
asio::awaitable<Response> huge(Request) { co_return Response::text(std::string(32U << 20U, 'x')); }

asio::awaitable<Response> tagged(Request) {
  co_return Response::text(long_json(), "application/json")
      .with_etag()
      .with_header("Cache-Control", "private, max-age=60");
}

asio::awaitable<Response> fail(Request request) {
  const std::string& how = request.path_parameter("how");
  if (how == "missing") throw Error(ErrorKind::not_found, "There is no such thing.");
  if (how == "busy") throw Error(ErrorKind::busy, "Full.", std::chrono::seconds(3));
  if (how == "corrupt") throw Error(ErrorKind::corrupt, "secret file");
  throw std::runtime_error("secret detail");
}

Handler wait_at(Gate& gate) {
  return [&gate](Request) -> asio::awaitable<Response> {
    co_await gate.pass();
    co_return Response::text("waited");
  };
}

std::vector<Route> routes(Gate& gate) {
  return {{Method::get, "/hello", "hello", hello},
          {Method::get, "/describe/{id}", "describe", describe_request},
          {Method::post, "/echo", "echo", echo},
          {Method::get, "/huge", "huge", huge},
          {Method::get, "/tagged", "tagged", tagged},
          {Method::get, "/fail/{how}", "fail", fail},
          {Method::get, "/wait", "wait", wait_at(gate)},
          {Method::get, "/limited", "limited", hello, /*rate_limited=*/true}};
}

}  // namespace

struct Gate::Waiting {
  explicit Waiting(asio::any_io_executor executor)
      : timer(std::move(executor), asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;
};

asio::awaitable<void> Gate::pass() {
  auto waiting = std::make_shared<Waiting>(co_await asio::this_coro::executor);
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(waiting);
  }
  co_await waiting->timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Gate::await_arrivals(std::size_t count) {
  const bool arrived = wait_until([this, count] {
    const MutexLock lock(mutex_);
    return waiting_.size() >= count;
  });
  if (!arrived) throw std::runtime_error("no request came to the gate");
}

void Gate::open() {
  const MutexLock lock(mutex_);
  for (const std::weak_ptr<Waiting>& known : waiting_) {
    const std::shared_ptr<Waiting> waiting = known.lock();
    if (!waiting) continue;
    asio::post(waiting->timer.get_executor(), [waiting] { waiting->timer.cancel(); });
  }
  waiting_.clear();
}

TestServer::TestServer(ServerOptions options) : router(routes(gate)) {
  if (options.addresses.empty() && options.inherited_sockets.empty()) {
    options.addresses.push_back(ListenAddress::parse("127.0.0.1:0"));
  }
  server.emplace(std::move(options), router, rate_limit, clock, log,
                 [this](const ResponseRecord& record) { observe(record); });
}

std::vector<Observed> TestServer::observed(std::size_t count) {
  const bool seen = wait_until([this, count] {
    const MutexLock lock(mutex_);
    return observed_.size() >= count;
  });
  if (!seen) throw std::runtime_error("fewer requests were observed");
  const MutexLock lock(mutex_);
  return observed_;
}

void TestServer::observe(const ResponseRecord& record) {
  const MutexLock lock(mutex_);
  observed_.push_back({std::string(record.route), record.method, record.status,
                       record.response_bytes, record.rate_limited});
}

bool wait_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::string long_json() {
  json::array numbers;
  for (int i = 0; i < 1'000; ++i) numbers.emplace_back(i);
  return json::serialize(numbers);
}

}  // namespace replay::http
