#include "registry/write_queue.h"

#include <deque>
#include <future>
#include <thread>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/change_watch.h"
#include "registry/completion.h"
#include "registry/connection.h"
#include "registry/registry_file.h"
#include "registry/writer.h"

namespace replay::registry {
namespace {

/// Jobs of one transaction: enough to share an fsync among many requests, few enough that another
/// process gets its turn at the lock within some milliseconds.
constexpr std::size_t kGroupSize = 32;

/// Jobs waiting; more are refused with "busy", which HTTP clients see as 503.
constexpr std::size_t kMostWaiting = 4096;

/// While writes fail, how often a small one is tried.
constexpr std::chrono::seconds kProveEvery{1};

/// So long after a failure of the disk nothing is tried: a full disk gets no better by asking.
constexpr std::chrono::milliseconds kPauseAfterFailure{500};

/// The same failure, come back, is no news before this.
constexpr std::chrono::seconds kReportAgainAfter{30};

struct Trouble {
  ErrorKind kind = ErrorKind::internal;
  std::string sentence;
  std::string detail;  ///< for the log
};

Trouble trouble_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return {error.kind(), error.what(), describe(error)};
  } catch (const std::exception& error) {
    return {ErrorKind::internal, error.what(), describe(error)};
  }
}

}  // namespace

struct WriteQueue::Impl {
  using SteadyTime = std::chrono::steady_clock::time_point;

  struct Job {
    Work work;
    Done done;
    std::exception_ptr failure = nullptr;
  };

  Impl(RegistryFile& registry_file, const Schema& schema, ChangeWatch& bell, Logger& logger)
      : file(registry_file),
        changes(bell),
        log(logger),
        writer(file, schema, [this] { return wait_for_lock(); }) {}

  /// Counts, and says whether to wait on: a stop waits for accepted jobs, not for a proof.
  bool wait_for_lock() {
    const MutexLock lock(mutex);
    ++counters.busy_waits;
    return !(stopped && proving);
  }

  void submit(Work work, Done done, Priority priority) {
    {
      const MutexLock lock(mutex);
      auto& queue = priority == Priority::foreground ? foreground : background;
      if (stopped || queue.size() >= kMostWaiting) {
        throw Error(ErrorKind::busy, "Too many changes are waiting for the registry; try again.",
                    std::chrono::seconds{1});
      }
      queue.push_back({std::move(work), std::move(done)});
    }
    arrived.notify_one();
  }

  void run_until_stopped() {
    MutexLock lock(mutex);
    bool background_turn = false;
    while (true) {
      while (foreground.empty() && background.empty() && !stopped) wait_for_work(lock);
      if (foreground.empty() && background.empty())
        return;  // stopped, and everything accepted is written
      std::vector<Job> group = next_group(background_turn);
      background_turn = !background_turn;
      lock.unlock();
      write_group(group);
      group.clear();
      lock.lock();
    }
  }

  /// While writes fail nobody may dare to send any, so the end of it is looked for without being
  /// asked.
  void wait_for_work(MutexLock& lock) REQUIRES_LOCK(mutex) {
    if (counters.healthy) {
      arrived.wait(lock);
    } else if (arrived.wait_for(lock, kProveEvery) == std::cv_status::timeout) {
      proving = true;
      lock.unlock();
      try_writer([](Writer& w) { w.prove(); });
      lock.lock();
      proving = false;
    }
  }

  void try_writer(void (*attempt)(Writer&)) {
    try {
      attempt(writer);
      succeeded();
    } catch (...) {
      failed(trouble_of(current_as_error()));
    }
  }

  /// The two queues take turns, so that neither waits for the other for longer than one
  /// transaction.
  std::vector<Job> next_group(bool background_turn) REQUIRES_LOCK(mutex) {
    const bool take_background = foreground.empty() || (background_turn && !background.empty());
    auto& queue = take_background ? background : foreground;
    const std::size_t count = std::min(queue.size(), take_background ? 1 : kGroupSize);
    std::vector<Job> group;
    for (std::size_t i = 0; i < count; ++i) {
      group.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    return group;
  }

  void write_group(std::vector<Job>& group) {
    std::exception_ptr failure;
    bool changed = false;
    try {
      changed = transact(group);
      if (changed) succeeded();
    } catch (...) {
      failure = current_as_error();
    }
    if (failure) {
      const Trouble trouble = trouble_of(failure);
      if (trouble.kind == ErrorKind::conflict) {
        writer.roll_back();
        if (group.size() > 1) return write_each_alone(group);
        group.front().failure = std::exchange(failure, nullptr);
      } else {
        failed(trouble);
      }
    }
    count(group, failure);
    if (changed) changes.ring();
    for (const Job& job : group) job.done(failure ? failure : job.failure);
    if (changed) writer.bound_wal();
  }

  /// A job was refused in a way that ended the whole transaction: a trigger of somebody else's with
  /// RAISE(ROLLBACK). Only its own may fail.
  void write_each_alone(std::vector<Job>& group) {
    for (Job& job : group) {
      std::vector<Job> alone;
      alone.push_back({std::move(job.work), std::move(job.done)});
      write_group(alone);
    }
  }

  bool transact(std::vector<Job>& group) {
    if (std::chrono::steady_clock::now() < not_before) {
      const MutexLock lock(mutex);
      throw Error(ErrorKind::unavailable, counters.last_error, std::chrono::seconds{1});
    }
    return writer.transact([&group](Connection& connection) {
      WriteTransaction tx(connection);
      for (Job& job : group) run_in_savepoint(connection, tx, job);
    });
  }

  /// A job that throws undoes only itself; a failure after which SQLite has rolled everything back
  /// ends the group.
  static void run_in_savepoint(Connection& connection, WriteTransaction& tx, Job& job) {
    connection.exec("SAVEPOINT job");
    try {
      job.work(tx);
    } catch (...) {
      if (!connection.in_transaction()) throw;
      job.failure = current_as_error();
      connection.exec("ROLLBACK TO job");
    }
    connection.exec("RELEASE job");
  }

  void failed(const Trouble& trouble) {
    const auto now = std::chrono::steady_clock::now();
    if (trouble.kind == ErrorKind::busy) {
      writer.roll_back();
    } else {
      writer.drop();
      if (now >= not_before) not_before = now + kPauseAfterFailure;
    }
    const MutexLock lock(mutex);
    const bool news = counters.healthy || trouble.sentence != counters.last_error;
    counters.healthy = false;
    counters.last_error = trouble.sentence;
    if (!news || (trouble.sentence == reported && now - reported_at < kReportAgainAfter)) return;
    log.error("registry cannot be written", {{"reason", trouble.detail}});
    reported = trouble.sentence;
    reported_at = now;
  }

  void succeeded() {
    const MutexLock lock(mutex);
    if (counters.healthy) return;
    log.info("registry can be written again");
    counters.healthy = true;
    counters.last_error.clear();
  }

  void count(const std::vector<Job>& group, const std::exception_ptr& failure) {
    const MutexLock lock(mutex);
    counters.jobs += group.size();
    if (failure) {
      ++counters.failed_commits;
      counters.failed_jobs += group.size();
      return;
    }
    ++counters.transactions;
    for (const Job& job : group) counters.failed_jobs += job.failure ? 1U : 0U;
  }

  void stop() {
    {
      const MutexLock lock(mutex);
      stopped = true;
    }
    arrived.notify_all();
    thread.join();
  }

  RegistryFile& file;
  ChangeWatch& changes;
  Logger& log;

  // The writer thread's alone.
  Writer writer;
  SteadyTime not_before{};
  std::string reported;
  SteadyTime reported_at{};

  Mutex mutex;
  std::condition_variable_any arrived;
  std::deque<Job> foreground GUARDED_BY(mutex);
  std::deque<Job> background GUARDED_BY(mutex);
  bool stopped GUARDED_BY(mutex) = false;
  bool proving GUARDED_BY(mutex) = false;
  WriteStats counters GUARDED_BY(mutex);
  std::thread thread;
};

WriteQueue::WriteQueue(RegistryFile& file, const Schema& schema, ChangeWatch& changes, Logger& log)
    : impl_(std::make_unique<Impl>(file, schema, changes, log)) {
  impl_->try_writer([](Writer& writer) { writer.try_to_begin(); });
  impl_->thread = std::thread([impl = impl_.get()] { impl->run_until_stopped(); });
}

WriteQueue::~WriteQueue() { impl_->stop(); }

boost::asio::awaitable<void> WriteQueue::submit(Work work) {
  std::function<void(Done)> start = [impl = impl_.get(), work = std::move(work)](Done done) {
    impl->submit(work, std::move(done), Priority::foreground);
  };
  co_await completion(std::move(start));
}

void WriteQueue::run_and_wait(Work work, Priority priority) {
  std::promise<void> written;
  impl_->submit(
      std::move(work),
      [&written](const std::exception_ptr& error) {
        error ? written.set_exception(error) : written.set_value();
      },
      priority);
  written.get_future().get();
}

WriteStats WriteQueue::stats() const {
  const MutexLock lock(impl_->mutex);
  WriteStats stats = impl_->counters;
  stats.queued = impl_->foreground.size() + impl_->background.size();
  if (impl_->file.state() != FileState::in_place) {
    stats.healthy = false;
    stats.last_error = impl_->file.obstacle();
  }
  return stats;
}

}  // namespace replay::registry
