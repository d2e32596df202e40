#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "tests/bench/programs/event_stream.h"
#include "tests/bench/programs/latencies.h"
#include "tests/bench/programs/program.h"
#include "tests/support/http_client.h"

namespace replay::bench {
namespace {

constexpr auto kEventsPath = "/api/governance/events";
constexpr auto kWaitingPath = "/api/governance/events?wait=10s";

struct Load {
  std::string address;
  std::string prefix = "bench";
  std::size_t connections = 8;
  std::size_t count = 10'000;  ///< of requests, or events
  std::size_t batch = 100;     ///< events a request
  double rate = 1'000;         ///< requests a second, over all connections
  std::vector<std::string> paths;
};

/// What the connections saw, together.
class Results {
 public:
  void add(double latency, bool succeeded) {
    const std::lock_guard lock(mutex_);
    latencies_.push_back(latency);
    if (!succeeded) ++failed_;
  }
  void print(double elapsed) const { print_latencies(latencies_, elapsed, failed_); }

 private:
  std::mutex mutex_;
  std::vector<double> latencies_;
  std::size_t failed_ = 0;
};

/// Sends request `number` and says whether it was answered as it should be.
using Send = std::function<bool(testing::HttpClient&, std::size_t number)>;

/// `count` requests over all connections, each as soon as its connection is free, or, with a rate,
/// when it is due: a late one's latency counts from when it was due, so that a slow server cannot
/// slow down the load that measures it.
void run(const Load& load, std::size_t count, double rate, const Send& send) {
  Results results;
  std::atomic<std::size_t> next = 0;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  threads.reserve(load.connections);
  for (std::size_t i = 0; i < load.connections; ++i) {
    threads.emplace_back([&] {
      testing::HttpClient client(load.address);
      client.connect();
      for (std::size_t number = next++; number < count; number = next++) {
        SteadyTime due = std::chrono::steady_clock::now();
        if (rate > 0) {
          due = start + std::chrono::duration_cast<std::chrono::nanoseconds>(
                            std::chrono::duration<double>(static_cast<double>(number) / rate));
          std::this_thread::sleep_until(due);
        }
        const bool succeeded = send(client, number);
        results.add(seconds_since(due), succeeded);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  results.print(seconds_since(start));
}

std::string batch_body(const Load& load, std::size_t number) {
  std::string body = "[";
  const Instant now = SystemClock().now();
  for (std::size_t i = 0; i < load.batch; ++i) {
    body += i == 0 ? "" : ",";
    body += to_request(event_number(load.prefix, number * load.batch + i, now));
  }
  return body + "]";
}

void post_batches(const Load& load) {
  run(load, load.count / load.batch, 0, [&load](testing::HttpClient& client, std::size_t number) {
    return client.post(kEventsPath, batch_body(load, number)).status == 202;
  });
}

/// The first event of a task of its own each, so that no event waits for another one.
void post_single_events(const Load& load) {
  run(load, load.count, load.rate, [&load](testing::HttpClient& client, std::size_t number) {
    const Event event = event_number(load.prefix, number * kEventsPerTask, SystemClock().now());
    return client.post(kWaitingPath, to_request(event)).status == 200;
  });
}

void get_paths(const Load& load) {
  run(load, load.count, load.rate, [&load](testing::HttpClient& client, std::size_t number) {
    return client.get(load.paths[number % load.paths.size()]).status == 200;
  });
}

int start(int argc, char** argv) {
  CLI::App program("The bench's own load: events, and requests that come when they are due.");
  program.require_subcommand(1);
  Load load;
  const auto add = [&](const char* name, const char* help, void (*send)(const Load&)) {
    CLI::App* mode = program.add_subcommand(name, help);
    mode->add_option("address", load.address, "host:port")->required();
    mode->add_option("--connections", load.connections);
    mode->add_option("--count", load.count);
    mode->callback([&load, send] { send(load); });
    return mode;
  };
  CLI::App* batches = add("batches", "Events in batches, as fast as they are taken", post_batches);
  batches->add_option("--prefix", load.prefix);
  batches->add_option("--batch", load.batch);
  CLI::App* singles =
      add("singles", "One event a request at a rate, each until decided", post_single_events);
  singles->add_option("--prefix", load.prefix);
  singles->add_option("--rate", load.rate);
  CLI::App* reads = add("reads", "GETs at a rate, of the paths in turn", get_paths);
  reads->add_option("--rate", load.rate);
  reads->add_option("paths", load.paths)->required();
  CLI11_PARSE(program, argc, argv);
  return 0;
}

}  // namespace
}  // namespace replay::bench

int main(int argc, char** argv) {
  return replay::bench::run_program("bench_client",
                                    [&] { return replay::bench::start(argc, argv); });
}
