#include "registry/write_queue.h"

#include <deque>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/change_watch.h"
#include "registry/completion.h"
#include "registry/connection.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

/// Jobs of one transaction: enough to share an fsync among many requests, few enough that another
/// process gets its turn at the lock within some milliseconds.
constexpr std::size_t kGroupSize = 32;

/// Jobs waiting; more are refused with "busy", which HTTP clients see as 503.
constexpr std::size_t kMostWaiting = 4096;

/// How long BEGIN IMMEDIATE waits for another process, and the naps it waits in.
constexpr std::chrono::milliseconds kBusyPatience{5'000};
constexpr int kBusyNapMs = 5;

/// SQLite's automatic checkpoint cannot restart a WAL that readers never leave; past this size we
/// ask for it.
constexpr std::uintmax_t kWalLimitBytes = 128U << 20U;
constexpr std::chrono::seconds kLookAtWalEvery{1};

/// While writes fail, how often a small one is tried.
constexpr std::chrono::seconds kProveEvery{1};

/// Between attempts to open a registry anew after a failure.
constexpr std::chrono::milliseconds kReopenPause{500};

}  // namespace

struct WriteQueue::Impl {
  struct Job {
    Work work;
    Done done;
    std::exception_ptr failure = nullptr;
  };

  Impl(std::string file, const Schema& registry_schema, ChangeWatch& bell, Logger& logger)
      : path(std::move(file)), schema(registry_schema), changes(bell), log(logger) {
    open();
  }

  void open() {
    connection = std::make_unique<Connection>(path, schema, Connection::Access::read_write);
    sqlite3_busy_handler(connection->database().getHandle(), &Impl::on_busy, this);
  }

  static int on_busy(void* self, int calls) {
    auto& impl = *static_cast<Impl*>(self);
    {
      const MutexLock lock(impl.mutex);
      ++impl.counters.busy_waits;
    }
    if (calls * std::chrono::milliseconds{kBusyNapMs} >= kBusyPatience) return 0;
    sqlite3_sleep(kBusyNapMs);
    return 1;
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
      lock.unlock();
      prove();
      lock.lock();
    }
  }

  /// Only a commit that has reached the disk proves that the disk works again.
  void prove() {
    try {
      if (!connection) reopen();
      connection->exec("BEGIN IMMEDIATE");
      connection->exec(sql::kProve);
      connection->exec("COMMIT");
      succeeded();
    } catch (...) {
      abandon(current_as_error());
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
      if (!connection) reopen();
      changed = transact(group);
    } catch (...) {
      failure = current_as_error();
      abandon(failure);
    }
    if (!failure && changed) succeeded();
    count(group, failure);
    if (changed && !failure) changes.ring();
    for (const Job& job : group) job.done(failure ? failure : job.failure);
    if (changed && !failure) bound_wal();
  }

  /// Runs every job in one transaction and commits. True where something was changed.
  bool transact(std::vector<Job>& group) {
    SQLite::Database& db = connection->database();
    const int before = db.getTotalChanges();
    db.exec("BEGIN IMMEDIATE");
    WriteTransaction tx(*connection);
    for (Job& job : group) run_in_savepoint(db, tx, job);
    db.exec("COMMIT");
    return db.getTotalChanges() != before;
  }

  /// A job that throws undoes only itself; a failure of the disk, after which SQLite has rolled
  /// everything back, ends the group.
  static void run_in_savepoint(SQLite::Database& db, WriteTransaction& tx, Job& job) {
    db.exec("SAVEPOINT job");
    try {
      job.work(tx);
    } catch (...) {
      if (sqlite3_get_autocommit(db.getHandle()) != 0) throw;
      job.failure = current_as_error();
      db.exec("ROLLBACK TO job");
    }
    db.exec("RELEASE job");
  }

  /// After a failed transaction nothing is assumed of the connection: it is closed, and opened anew
  /// for the next group. A lock that another process kept is no failure of ours.
  void abandon(const std::exception_ptr& failure) {
    ErrorKind kind = ErrorKind::internal;
    std::string sentence;
    std::string detail;
    try {
      std::rethrow_exception(failure);
    } catch (const Error& error) {
      kind = error.kind();
      sentence = error.what();
      detail = describe(error);
    } catch (const std::exception& error) {
      sentence = detail = error.what();
    }
    if (kind == ErrorKind::busy && connection) {
      if (sqlite3_get_autocommit(connection->database().getHandle()) == 0)
        connection->database().tryExec("ROLLBACK");
      return;
    }
    connection.reset();
    const MutexLock lock(mutex);
    if (counters.healthy) log.error("registry cannot be written", {{"reason", detail}});
    counters.healthy = false;
    counters.last_error = sentence;
  }

  void reopen() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_reopen < kReopenPause) {
      const MutexLock lock(mutex);
      throw Error(ErrorKind::unavailable, counters.last_error, std::chrono::seconds{1});
    }
    last_reopen = now;
    open();
  }

  void succeeded() {
    const MutexLock lock(mutex);
    if (!counters.healthy) log.info("registry can be written again");
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

  /// Never waits: where a reader still uses the WAL, the next attempt may find it gone.
  void bound_wal() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_wal_look < kLookAtWalEvery) return;
    last_wal_look = now;
    std::error_code error;
    const auto size = std::filesystem::file_size(path + "-wal", error);
    if (error || size < kWalLimitBytes) return;
    SQLite::Database& db = connection->database();
    sqlite3_busy_handler(db.getHandle(), nullptr, nullptr);
    (void)db.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_busy_handler(db.getHandle(), &Impl::on_busy, this);
  }

  void stop() {
    {
      const MutexLock lock(mutex);
      stopped = true;
    }
    arrived.notify_all();
    thread.join();
  }

  const std::string path;
  const Schema& schema;
  ChangeWatch& changes;
  Logger& log;

  // The writer thread's alone.
  std::unique_ptr<Connection> connection;
  std::chrono::steady_clock::time_point last_reopen{};
  std::chrono::steady_clock::time_point last_wal_look{};

  Mutex mutex;
  std::condition_variable_any arrived;
  std::deque<Job> foreground GUARDED_BY(mutex);
  std::deque<Job> background GUARDED_BY(mutex);
  bool stopped GUARDED_BY(mutex) = false;
  WriteStats counters GUARDED_BY(mutex);
  std::thread thread;
};

WriteQueue::WriteQueue(const std::string& path, const Schema& schema, ChangeWatch& changes,
                       Logger& log)
    : impl_(std::make_unique<Impl>(path, schema, changes, log)) {
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
  return stats;
}

}  // namespace replay::registry
