#include "lifecycle/signals.h"

#include <csignal>
#include <ctime>

#include <unistd.h>

namespace replay::lifecycle {
namespace {

constexpr timespec kTick{.tv_sec = 0, .tv_nsec = 250'000'000};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

sigset_t all_signals() {
  sigset_t set = stop_signals();
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t signals = all_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
  const sigset_t signals = all_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

Signals::Request Signals::wait() {
  const sigset_t signals = all_signals();
  switch (sigtimedwait(&signals, nullptr, &kTick)) {
    case SIGHUP:
      return Request::reload;
    case SIGTERM:
    case SIGINT: {
      // From now on the kernel's own answer applies: whoever asks a second time does not want to
      // wait.
      const sigset_t stop = stop_signals();
      pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
      return Request::stop;
    }
    default:
      return Request::tick;
  }
}

void end_within(std::chrono::seconds limit) {
  std::signal(SIGALRM, [](int) { _exit(0); });
  alarm(static_cast<unsigned>(limit.count()));
}

}  // namespace replay::lifecycle
