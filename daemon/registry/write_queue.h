#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "registry/write_transaction.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::registry {

class ChangeWatch;
class RegistryFile;
class Schema;

/// Foreground jobs (events, decisions, operators) go before background ones (backfill, retention);
/// one background job at a time, so that other processes get their turn at the lock.
enum class Priority { foreground, background };

struct WriteStats {
  std::uint64_t transactions = 0;  ///< commits
  std::uint64_t jobs = 0;
  std::uint64_t failed_jobs = 0;
  std::uint64_t failed_commits = 0;
  std::uint64_t busy_waits = 0;  ///< times SQLite asked us to wait for another writer
  std::uint64_t queued = 0;      ///< waiting now
  /// False after a failed write until one has succeeded again, and while the file is not in place.
  bool healthy = true;
  std::string last_error;  ///< why, in one sentence
};

/// The only writer while the daemon serves, and then the only checkpointer: a thread with its own
/// connection that groups the waiting jobs into one transaction (`synchronous=FULL`; a savepoint
/// each, so that one that throws undoes only itself), commits once, looks whether the file is still
/// the one at its path, and then lets every caller know. A failed commit fails all its jobs, and
/// the connection is opened anew before the next one: after a failed fsync nothing is assumed.
/// Where a trigger's RAISE(ROLLBACK) ends the transaction, each job of the group is run again by
/// itself, so a job may run twice and must not consume what it holds. Thread rule: any thread; jobs
/// run on the writer thread and must not block on anything but their WriteTransaction. Throws
/// Error(busy) where the queue is full or another process keeps the lock, Error(unavailable) where
/// the disk fails or the file is not in its place, Error(conflict) where the registry refuses.
class WriteQueue {
 public:
  /// Looks whether a write could begin, waiting for another process's lock for some seconds; where
  /// it could not, stats() says so until one succeeds.
  WriteQueue(RegistryFile& file, const Schema& schema, ChangeWatch& changes, Logger& log);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  /// Suspends until the job's group is on disk; resumes on the caller's executor with what the job
  /// returned.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job, WriteTransaction&>> write(Job job) {
    auto result = std::make_shared<std::optional<std::invoke_result_t<Job, WriteTransaction&>>>();
    Work work = [result, job = std::move(job)](WriteTransaction& tx) mutable {
      result->emplace(job(tx));
    };
    co_await submit(std::move(work));
    co_return std::move(**result);
  }

  /// The same for threads of our own, which may wait.
  template <class Job>
  std::invoke_result_t<Job, WriteTransaction&> write_now(Job job,
                                                         Priority priority = Priority::foreground) {
    std::optional<std::invoke_result_t<Job, WriteTransaction&>> result;
    run_and_wait([&result, &job](WriteTransaction& tx) { result.emplace(job(tx)); }, priority);
    return std::move(*result);
  }

  [[nodiscard]] WriteStats stats() const;

 private:
  using Work = std::function<void(WriteTransaction&)>;
  boost::asio::awaitable<void> submit(Work work);
  void run_and_wait(Work work, Priority priority);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::registry
