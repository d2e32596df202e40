#include "http/session.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/system_error.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "http/dispatcher.h"
#include "http/problem.h"

namespace replay::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = wire::request_parser<wire::string_body>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// How long we read on after a refusal: closing with unread bytes would reset the connection and
/// take the answer from a client that is still sending.
constexpr std::chrono::seconds kLinger{2};

constexpr auto kResult = asio::as_tuple(asio::use_awaitable);

Method to_method(wire::verb verb) {
  switch (verb) {
    case wire::verb::get:
      return Method::get;
    case wire::verb::head:
      return Method::head;
    case wire::verb::post:
      return Method::post;
    case wire::verb::put:
      return Method::put;
    case wire::verb::delete_:
      return Method::del;
    case wire::verb::patch:
      return Method::patch;
    case wire::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

/// Names in lower case; repeated fields become one list (RFC 9110, section 5.2).
Request to_request(const wire::fields& fields, Method method, const std::string& client) {
  Request request;
  request.method = method;
  request.client = client;
  for (const auto& field : fields) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string_view value(field.value());
    const auto [known, is_new] = request.headers.try_emplace(std::move(name), value);
    if (!is_new) known->second.append(", ").append(value);
  }
  return request;
}

/// What the parser lets pass although two readers may disagree about where such a request ends
/// (RFC 9112, sections 3.2 and 6.1): Beast 1.81 takes "chunked, gzip" for no body at all.
std::optional<Response> refuse_ambiguous(const Parser& parser) {
  const auto& header = parser.get();
  const bool is_1_1 = header.version() == 11;
  if (is_1_1 && header.count(wire::field::host) != 1) {
    return problem(400, "An HTTP/1.1 request has exactly one Host header.");
  }
  const std::size_t encodings = header.count(wire::field::transfer_encoding);
  if (encodings == 0) return std::nullopt;
  if (!is_1_1) return problem(400, "HTTP/1.0 has no Transfer-Encoding.");
  if (encodings > 1 || !beast::iequals(header[wire::field::transfer_encoding], "chunked")) {
    return problem(400, "The only Transfer-Encoding accepted is chunked.");
  }
  if (header.count(wire::field::content_length) != 0) {
    return problem(400, "A request has a Content-Length or a Transfer-Encoding, not both.");
  }
  return std::nullopt;
}

/// nullopt: the connection broke or ran out of time, and there is nobody to answer.
std::optional<Response> refuse_unreadable(const beast::error_code& error,
                                          const ServerOptions& options) {
  if (error == wire::error::header_limit) {
    return problem(431, "The request's header is larger than " +
                            std::to_string(options.header_limit_bytes) + " bytes.");
  }
  if (error == wire::error::body_limit) {
    return problem(413, "The request's body is larger than " +
                            std::to_string(options.body_limit_bytes) + " bytes.");
  }
  const bool ended = error == wire::error::end_of_stream || error == wire::error::partial_message;
  if (ended || error.category() != wire::make_error_code(wire::error::bad_method).category()) {
    return std::nullopt;
  }
  return problem(400, "The request is not valid HTTP/1.1: " + error.message() + ".");
}

/// As HTTP writes dates (RFC 9110, section 5.6.7); English, as nothing here sets a locale.
std::string http_date(Instant now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), length};
}

/// Raises a number for a scope.
class Counted {
 public:
  explicit Counted(std::atomic<std::uint64_t>& number) : number_(number) { ++number_; }
  ~Counted() { --number_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::uint64_t>& number_;
};

class BeastSession final : public Session {
 public:
  BeastSession(Socket socket, std::string client, SessionContext& context)
      : stream_(std::move(socket)), client_(std::move(client)), context_(context) {}

  asio::awaitable<void> run() override;

  void close_between_requests() override {
    if (idle_ && !first_) close();
  }

  void close_when_idle() override {
    if (idle_) close();
  }

  void close() override { stream_.close(); }

 private:
  /// How the answer goes out, besides what it says.
  struct Exchange {
    Method method = Method::other;
    unsigned version = 11;
    bool keep_alive = false;
    SteadyTime started;
  };

  asio::awaitable<bool> await_request();
  asio::awaitable<bool> serve_request();
  asio::awaitable<bool> send_continue();
  asio::awaitable<bool> send(Answer answer, Exchange exchange);
  asio::awaitable<void> linger();
  wire::response<wire::string_body> to_message(Response response, const Exchange& exchange) const;
  void observe(const Answer& answer, const Exchange& exchange, unsigned status,
               std::size_t bytes) const;

  Stream stream_;
  const std::string client_;
  SessionContext& context_;
  beast::flat_buffer buffer_;  ///< what was read and not yet parsed: pipelined requests stay in it
  bool first_ = true;
  bool idle_ = false;
};

asio::awaitable<void> BeastSession::run() {
  try {
    while (co_await await_request()) {
      if (!co_await serve_request()) break;
    }
  } catch (const boost::system::system_error& error) {
    // Cancelled: the server took back the rest of its time, and nobody is left to answer.
    if (error.code() != asio::error::operation_aborted) {
      context_.log.error("connection failed", {{"client", client_}, {"error", error.what()}});
    }
  } catch (const std::exception& error) {
    context_.log.error("connection failed", {{"client", client_}, {"error", error.what()}});
  }
  close();
}

/// True once a request has begun. A client that never sent anything gets no more time than for a
/// header.
asio::awaitable<bool> BeastSession::await_request() {
  if (context_.stopping && !first_) co_return false;
  if (buffer_.size() > 0) co_return true;
  stream_.expires_after(first_ ? context_.options.header_timeout : context_.options.idle_timeout);
  constexpr std::size_t kReadBytes = 4096;
  idle_ = true;
  const auto [error, bytes] =
      co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kResult);
  idle_ = false;
  first_ = false;
  // Closed as idle while these bytes were on their way to us: whoever sent them sees it, and may
  // send them elsewhere.
  if (error || !stream_.socket().is_open()) co_return false;
  buffer_.commit(bytes);
  co_return true;
}

/// Reads one request and answers it; true where the connection stays open for another.
asio::awaitable<bool> BeastSession::serve_request() {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(context_.options.header_limit_bytes));
  parser.body_limit(context_.options.body_limit_bytes);
  stream_.expires_after(context_.options.header_timeout);
  const auto [header_error, header_bytes] =
      co_await wire::async_read_header(stream_, buffer_, parser, kResult);
  Exchange exchange{to_method(parser.get().method()), parser.get().version(), false,
                    context_.clock.steady_now()};
  std::optional<Response> refusal =
      header_error ? refuse_unreadable(header_error, context_.options) : refuse_ambiguous(parser);
  if (header_error && !refusal) co_return false;

  Request request;
  if (!refusal) {
    request = to_request(parser.get(), exchange.method, client_);
    stream_.expires_after(context_.options.body_timeout);
    const bool waits = exchange.version == 11 && !parser.is_done() && buffer_.size() == 0 &&
                       beast::iequals(parser.get()[wire::field::expect], "100-continue");
    if (waits && !co_await send_continue()) co_return false;
    const auto [body_error, body_bytes] =
        co_await wire::async_read(stream_, buffer_, parser, kResult);
    if (body_error) refusal = refuse_unreadable(body_error, context_.options);
    if (body_error && !refusal) co_return false;
  }
  if (refusal) {
    Answer answer{std::move(*refusal)};
    const bool sent = co_await send(std::move(answer), exchange);
    if (sent) co_await linger();
    co_return false;
  }

  const Counted in_flight(context_.requests_in_flight);
  exchange.keep_alive = parser.keep_alive();
  request.body = std::move(parser.get().body());
  std::string target(parser.get().target());
  stream_.expires_never();
  Answer answer = co_await context_.dispatcher.answer(std::move(target), std::move(request));
  exchange.keep_alive = exchange.keep_alive && !context_.stopping;
  const bool sent = co_await send(std::move(answer), exchange);
  co_return sent&& exchange.keep_alive;
}

asio::awaitable<bool> BeastSession::send_continue() {
  const wire::response<wire::empty_body> go_on(wire::status::continue_, 11);
  const auto [error, bytes] = co_await wire::async_write(stream_, go_on, kResult);
  co_return !error;
}

wire::response<wire::string_body> BeastSession::to_message(Response response,
                                                           const Exchange& exchange) const {
  wire::response<wire::string_body> message;
  message.result(response.status);
  message.version(exchange.version == 10 ? 10 : 11);
  message.set(wire::field::server, "decision-replay");
  message.set(wire::field::date, http_date(context_.clock.now()));
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  const bool has_content = response.status != 204 && response.status != 304;
  if (has_content) {
    message.set(wire::field::content_type, response.content_type);
    message.content_length(response.body.size());
  }
  if (has_content && exchange.method != Method::head) message.body() = std::move(response.body);
  message.keep_alive(exchange.keep_alive);
  return message;
}

void BeastSession::observe(const Answer& answer, const Exchange& exchange, unsigned status,
                           std::size_t bytes) const {
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(
      context_.clock.steady_now() - exchange.started);
  context_.log.debug("request answered", {{"client", client_},
                                          {"route", answer.route},
                                          {"method", to_string(exchange.method)},
                                          {"status", status},
                                          {"bytes", bytes},
                                          {"seconds", to_seconds(duration)}});
  context_.on_response(
      {answer.route, exchange.method, status, duration, bytes, answer.rate_limited});
}

asio::awaitable<bool> BeastSession::send(Answer answer, Exchange exchange) {
  const unsigned status = answer.response.status;
  const wire::response<wire::string_body> message =
      to_message(std::move(answer.response), exchange);
  stream_.expires_after(context_.options.body_timeout);
  const auto [error, bytes] = co_await wire::async_write(stream_, message, kResult);
  observe(answer, exchange, status, bytes);
  co_return !error;
}

asio::awaitable<void> BeastSession::linger() {
  beast::error_code ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  std::array<char, 4096> discarded{};
  stream_.expires_after(kLinger);
  idle_ = true;
  while (true) {
    const auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(discarded), kResult);
    if (error) co_return;
  }
}

}  // namespace

std::unique_ptr<Session> make_session(Socket socket, std::string client, SessionContext& context) {
  return std::make_unique<BeastSession>(std::move(socket), std::move(client), context);
}

}  // namespace replay::http
