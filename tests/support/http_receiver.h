#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace replay::testing {

/// A small HTTP server for tests: keeps the bodies of the POSTs it gets, on a thread of its own.
/// Safe to call from any thread.
class HttpReceiver {
 public:
  struct Post {
    std::string path;
    std::string body;
  };

  /// Listens on 127.0.0.1; port 0: any free one. Throws std::runtime_error where it cannot.
  explicit HttpReceiver(std::uint16_t port = 0);
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// The status of every answer from now on; 200 at first.
  void answer_with(unsigned status) { status_ = status; }

  [[nodiscard]] std::vector<Post> posts() const;

 private:
  void serve();
  void answer(int connection);

  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<unsigned> status_ = 200;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<Post> posts_;
  std::thread thread_;
};

/// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

}  // namespace replay::testing
