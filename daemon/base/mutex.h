#pragma once

#include <condition_variable>
#include <mutex>

// Clang's thread-safety attributes; nothing elsewhere. libstdc++'s own mutex does not carry them.
#if defined(__clang__)
#define REPLAY_ATTRIBUTE(x) __attribute__((x))
#else
#define REPLAY_ATTRIBUTE(x)
#endif
#define GUARDED_BY(x) REPLAY_ATTRIBUTE(guarded_by(x))
#define REQUIRES_LOCK(x) REPLAY_ATTRIBUTE(requires_capability(x))

namespace replay {

/// std::mutex whose use clang can check (-Wthread-safety).
class REPLAY_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() REPLAY_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() REPLAY_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope; also what a std::condition_variable_any waits on.
class REPLAY_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) REPLAY_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() REPLAY_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  /// For std::condition_variable_any only: it gives the lock back before it returns.
  void lock() REPLAY_ATTRIBUTE(no_thread_safety_analysis) { mutex_.lock(); }
  void unlock() REPLAY_ATTRIBUTE(no_thread_safety_analysis) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace replay
