#include "registry/read_pool.h"

#include <atomic>
#include <deque>
#include <future>
#include <thread>
#include <vector>

#include <SQLiteCpp/Exception.h>

#include "base/error.h"
#include "base/mutex.h"
#include "registry/completion.h"
#include "registry/connection.h"

namespace replay::registry {
namespace {

/// Queries waiting for a connection; more are refused, so that a slow disk does not gather work
/// without end.
constexpr std::size_t kMostWaiting = 4096;

}  // namespace

struct ReadPool::Impl {
  struct Query {
    Job job;
    Done done;
  };

  void submit(Job job, Done done) {
    {
      const MutexLock lock(mutex);
      if (stopped || waiting.size() >= kMostWaiting) {
        throw Error(ErrorKind::busy, "Too many queries are waiting for the registry; try again.",
                    std::chrono::seconds{1});
      }
      waiting.push_back({std::move(job), std::move(done)});
    }
    arrived.notify_one();
  }

  void serve(Connection& connection) {
    MutexLock lock(mutex);
    while (true) {
      while (waiting.empty() && !stopped) arrived.wait(lock);
      if (stopped) return;
      Query query = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      const std::exception_ptr failure = run(connection, query.job);
      note_damage(connection);
      query.done(failure);
      ++answered;
      query = {};  // what the job holds is freed before the lock is taken
      lock.lock();
    }
  }

  /// One read transaction per query: several statements of one answer see one state.
  std::exception_ptr run(Connection& connection, const Job& job) {
    try {
      connection.exec("BEGIN");
      try {
        job(ReadView(connection));
      } catch (...) {
        if (connection.in_transaction()) connection.exec("ROLLBACK");
        throw;
      }
      // Nothing was written, and after a damaged page that the job has passed by COMMIT fails.
      connection.exec("ROLLBACK");
      return nullptr;
    } catch (const SQLite::Exception& failure) {
      (void)connection.met_damage(failure);
      return current_as_error();
    } catch (...) {
      return current_as_error();
    }
  }

  void note_damage(Connection& connection) {
    auto sentence = connection.take_damage();
    if (!sentence) return;
    const MutexLock lock(mutex);
    ++counters.damaged;
    counters.damage = *std::move(sentence);
  }

  void stop() {
    std::deque<Query> unanswered;
    {
      const MutexLock lock(mutex);
      stopped = true;
      unanswered.swap(waiting);
    }
    arrived.notify_all();
    for (std::thread& thread : threads) thread.join();
    const auto stopping =
        std::make_exception_ptr(Error(ErrorKind::unavailable, "The daemon is stopping."));
    for (const Query& query : unanswered) query.done(stopping);
  }

  std::atomic<std::uint64_t> answered = 0;

  Mutex mutex;
  std::condition_variable_any arrived;
  std::deque<Query> waiting GUARDED_BY(mutex);
  bool stopped GUARDED_BY(mutex) = false;
  ReadStats counters GUARDED_BY(mutex);
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<std::thread> threads;
};

ReadPool::ReadPool(const std::string& path, const Schema& schema, std::size_t connections)
    : impl_(std::make_unique<Impl>()) {
  for (std::size_t i = 0; i < connections; ++i) {
    impl_->connections.push_back(
        std::make_unique<Connection>(path, schema, Connection::Access::read_only));
  }
  for (const auto& connection : impl_->connections) {
    impl_->threads.emplace_back(
        [impl = impl_.get(), &connection = *connection] { impl->serve(connection); });
  }
}

ReadPool::~ReadPool() { impl_->stop(); }

std::uint64_t ReadPool::answered() const { return impl_->answered; }

ReadStats ReadPool::stats() const {
  const MutexLock lock(impl_->mutex);
  return impl_->counters;
}

boost::asio::awaitable<void> ReadPool::submit(Job job) {
  std::function<void(Done)> start = [impl = impl_.get(), job = std::move(job)](Done done) {
    impl->submit(job, std::move(done));
  };
  co_await completion(std::move(start));
}

void ReadPool::run_and_wait(Job job) {
  std::promise<void> ready;
  impl_->submit(std::move(job), [&ready](const std::exception_ptr& error) {
    error ? ready.set_exception(error) : ready.set_value();
  });
  ready.get_future().get();
}

}  // namespace replay::registry
