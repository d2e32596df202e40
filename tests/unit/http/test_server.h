#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "http/rate_limit.h"
#include "http/server.h"
#include "tests/support/http_client.h"

namespace replay::http {

/// A record as the observer saw it, outliving the call.
struct Observed {
  std::string route;
  Method method;
  unsigned status;
  std::size_t bytes;
  bool rate_limited;
};

/// Where handlers wait until a test lets them go on.
class Gate {
 public:
  boost::asio::awaitable<void> pass();
  void await_arrivals(std::size_t count);
  void open();

 private:
  struct Waiting;
  Mutex mutex_;
  std::vector<std::weak_ptr<Waiting>> waiting_ GUARDED_BY(mutex_);  ///< a handler owns its own
};

/// A real server on a free port with one small handler for each thing a session does.
class TestServer {
 public:
  explicit TestServer(ServerOptions options = {});

  [[nodiscard]] std::string address() const { return server->addresses().front(); }
  [[nodiscard]] testing::HttpClient client() const { return testing::HttpClient(address()); }

  /// All requests observed so far, once there are `count`.
  std::vector<Observed> observed(std::size_t count);

  SystemClock clock;
  Logger log{LogLevel::error, LogFormat::logfmt};
  RateLimit rate_limit{clock, 2};
  Gate gate;
  Router router;

 private:
  void observe(const ResponseRecord& record);

  Mutex mutex_;
  std::vector<Observed> observed_ GUARDED_BY(mutex_);

 public:
  std::optional<Server> server;  ///< last: it uses all of the above until it is gone
};

/// False where `condition` did not come true within 20 s.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition);

/// Long enough to be compressed.
[[nodiscard]] std::string long_json();

}  // namespace replay::http
