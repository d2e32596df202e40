#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "registry/connection.h"
#include "registry/schema.h"
#include "registry/sql.h"
#include "tests/bench/programs/program.h"

namespace replay::bench {
namespace {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using registry::Connection;

constexpr std::size_t kItems = 200;

/// One of a task's two tables, newest first by the text of created_at: the bench's registries write
/// instants in one form, whose order is that of the texts.
class Newest {
 public:
  Newest(Connection& connection, const char* times, const char* item, const std::string& task)
      : times_(connection.prepared(times)), item_(connection.prepared(item)) {
    times_.reset();
    times_.bind(":task", task);
    times_.bind(":before", "", 0);  // an empty blob: from the newest
    next();
  }

  [[nodiscard]] std::string_view created_at() const { return created_at_; }

  /// The item's columns behind `page`, as they are.
  void append_to(std::string& page) {
    item_.reset();
    item_.bind(":row", row_);
    if (item_.executeStep()) {
      for (int i = 0; i < item_.getColumnCount(); ++i) {
        const SQLite::Column column = item_.getColumn(i);
        const char* text = column.getText();
        page.append(text, static_cast<std::size_t>(column.getBytes()));
      }
    }
    next();
  }

 private:
  void next() {
    created_at_ = {};
    if (!times_.executeStep()) return;
    row_ = times_.getColumn(0).getInt64();
    created_at_ = times_.getColumn(1).getText();
  }

  SQLite::Statement& times_;
  SQLite::Statement& item_;
  std::int64_t row_ = 0;
  std::string created_at_;  ///< "": no more
};

std::string read_page(Connection& connection, const std::string& task) {
  namespace sql = registry::sql;
  std::string page;
  connection.exec("BEGIN");
  Newest audits(connection, sql::kAuditTimesOfTask, sql::kAuditItem, task);
  Newest events(connection, sql::kEventTimesOfTask, sql::kEventItem, task);
  for (std::size_t i = 0; i < kItems; ++i) {
    Newest& newest = audits.created_at() >= events.created_at() ? audits : events;
    if (newest.created_at().empty()) break;
    newest.append_to(page);
  }
  connection.prepared(sql::kAuditTimesOfTask).reset();
  connection.prepared(sql::kEventTimesOfTask).reset();
  connection.exec("ROLLBACK");
  return page;
}

void serve(tcp::socket socket, const std::string& path, const registry::Schema& schema,
           const std::string& task) {
  socket.set_option(tcp::no_delay(true));
  Connection connection(path, schema, Connection::Access::read_only);
  beast::flat_buffer buffer;
  beast::error_code closed;
  while (true) {
    beast::http::request<beast::http::empty_body> request;
    beast::http::read(socket, buffer, request, closed);
    if (closed) return;
    beast::http::response<beast::http::string_body> response(beast::http::status::ok, 11);
    response.set(beast::http::field::content_type, "application/json");
    response.body() = read_page(connection, task);
    response.prepare_payload();
    beast::http::write(socket, response, closed);
    if (closed) return;
  }
}

/// Until it is killed; a thread and a connection to the registry for each client.
[[noreturn]] void listen(const std::string& path, const std::string& task) {
  const SQLite::Database probe(path, SQLite::OPEN_READONLY);
  const registry::Schema schema(probe);
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {tcp::v4(), 0});
  std::printf("{\"port\": %d}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  while (true) {
    std::thread([&, socket = acceptor.accept()]() mutable {
      serve(std::move(socket), path, schema, task);
    }).detach();
  }
}

}  // namespace
}  // namespace replay::bench

/// Serves the first page of a task's trace with nothing but SQLite and Beast: the daemon's
/// statements, the bytes they read, one answer.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_bare_trace REGISTRY TASK\n", stderr);
    return 2;
  }
  return replay::bench::run_program("bench_bare_trace",
                                    [&]() -> int { replay::bench::listen(argv[1], argv[2]); });
}
