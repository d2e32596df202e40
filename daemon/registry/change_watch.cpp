#include "registry/change_watch.h"

#include <thread>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "base/mutex.h"
#include "registry/registry_file.h"

namespace replay::registry {
namespace {

/// A foreign commit is seen after at most this; the question costs some microseconds.
constexpr std::chrono::milliseconds kLookEvery{50};

}  // namespace

struct ChangeWatch::Impl {
  explicit Impl(RegistryFile& registry_file)
      : file(registry_file),
        db(file.path().string(), SQLite::OPEN_READONLY),
        version(db, "PRAGMA data_version"),
        last_version(data_version()) {}

  int data_version() {
    const int value = version.executeStep() ? version.getColumn(0).getInt() : 0;
    version.reset();  // a statement left open would hold a read transaction, and with it the WAL
    return value;
  }

  void ring() {
    {
      const MutexLock lock(mutex);
      ++rings;
    }
    rung.notify_all();
  }

  void look_until_stopped() {
    MutexLock lock(mutex);
    while (!stopped) {
      look.wait_for(lock, kLookEvery);
      lock.unlock();
      look_once();
      lock.lock();
    }
  }

  /// A registry that cannot be read just now has no news; the readers and the writer report that it
  /// cannot.
  void look_once() {
    (void)file.look();
    try {
      const int now = data_version();
      if (now != last_version) ring();
      last_version = now;
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
    }
  }

  RegistryFile& file;
  SQLite::Database db;
  SQLite::Statement version;
  int last_version;

  Mutex mutex;
  std::condition_variable_any rung;
  std::condition_variable_any look;
  std::uint64_t rings GUARDED_BY(mutex) = 0;
  bool stopped GUARDED_BY(mutex) = false;
  std::thread watcher;
};

ChangeWatch::ChangeWatch(RegistryFile& file) : impl_(std::make_unique<Impl>(file)) {
  impl_->watcher = std::thread([impl = impl_.get()] { impl->look_until_stopped(); });
}

ChangeWatch::~ChangeWatch() {
  stop();
  impl_->watcher.join();
}

std::uint64_t ChangeWatch::rings() const {
  const MutexLock lock(impl_->mutex);
  return impl_->rings;
}

std::uint64_t ChangeWatch::wait(std::uint64_t seen, std::chrono::milliseconds timeout) {
  MutexLock lock(impl_->mutex);
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (impl_->rings <= seen && !impl_->stopped) {
    if (impl_->rung.wait_until(lock, until) == std::cv_status::timeout) break;
  }
  return impl_->rings;
}

void ChangeWatch::ring() { impl_->ring(); }

void ChangeWatch::stop() {
  {
    const MutexLock lock(impl_->mutex);
    impl_->stopped = true;
  }
  impl_->rung.notify_all();
  impl_->look.notify_all();
}

bool ChangeWatch::stopped() const {
  const MutexLock lock(impl_->mutex);
  return impl_->stopped;
}

}  // namespace replay::registry
