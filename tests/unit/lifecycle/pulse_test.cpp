#include "lifecycle/pulse.h"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/support/fake_clock.h"

namespace replay::lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One part, which the test answers for, looked at four times a second.
class Watch {
 public:
  /// What the last look of `time` said.
  bool after(seconds time) {
    bool beats = true;
    for (milliseconds passed{0}; passed < time; passed += milliseconds{250}) {
      clock_.advance(milliseconds{250});
      if (answers) {
        for (const auto& answer : asked) answer();
        asked.clear();
      }
      beats = pulse_.beats();
    }
    return beats;
  }

  void stand_still(seconds time) { clock_.advance(time); }

  bool answers = true;
  std::uint64_t progress = 0;
  std::vector<std::function<void()>> asked;  ///< and not answered

 private:
  testing::FakeClock clock_;
  Logger log_{LogLevel::error, LogFormat::logfmt};
  Pulse pulse_{{{.name = "part",
                 .ask = [this](std::function<void()> answer) { asked.push_back(answer); },
                 .progress = [this] { return progress; }}},
               seconds{30},
               clock_,
               log_};
};

TEST(Pulse, BeatsWhileEveryPartAnswers) {
  Watch watch;
  EXPECT_TRUE(watch.after(seconds{300}));
}

TEST(Pulse, ASilentPartHasItsPatience) {
  Watch watch;
  watch.answers = false;
  EXPECT_TRUE(watch.after(seconds{25}));
}

TEST(Pulse, StopsOncePatienceIsOver) {
  Watch watch;
  watch.answers = false;
  EXPECT_FALSE(watch.after(seconds{40}));
}

TEST(Pulse, ASilentPartIsAskedOnce) {
  Watch watch;
  watch.answers = false;
  (void)watch.after(seconds{40});
  EXPECT_EQ(watch.asked.size(), 1U);
}

TEST(Pulse, BeatsAgainWhenThePartAnswersAfterAll) {
  Watch watch;
  watch.answers = false;
  (void)watch.after(seconds{40});
  watch.answers = true;
  EXPECT_TRUE(watch.after(seconds{1}));
}

TEST(Pulse, APartThatWorksNeedNotAnswer) {
  Watch watch;
  watch.answers = false;
  for (int i = 0; i < 10; ++i) {
    ++watch.progress;
    EXPECT_TRUE(watch.after(seconds{25}));
  }
}

TEST(Pulse, TimeInWhichTheProcessStoodStillDoesNotCount) {
  Watch watch;
  watch.answers = false;
  (void)watch.after(seconds{10});
  watch.stand_still(seconds{3600});
  EXPECT_TRUE(watch.after(seconds{10}));
}

/// Lets the calling thread wait uninterruptibly, as for a disk, until a byte can be read: it has
/// lent its turn to a child, as vfork() does.
void wait_uninterruptibly(int until_readable) {
  static std::array<char, 64 * 1024> stack;
  const pid_t child = clone(
      [](void* descriptor) -> int {
        char byte = 0;
        const auto got = read(*static_cast<int*>(descriptor), &byte, 1);
        _exit(got == 1 ? 0 : 1);
      },
      stack.data() + stack.size(), CLONE_VFORK | SIGCHLD, &until_readable);
  waitpid(child, nullptr, 0);
}

char state_of(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string stat;
  std::getline(file, stat);
  return stat.at(stat.rfind(") ") + 2);
}

TEST(Pulse, TimeInWhichTheDiskIsWaitedForDoesNotCount) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  std::atomic<pid_t> thread = 0;
  std::thread waits([&] {
    thread = static_cast<pid_t>(syscall(SYS_gettid));
    wait_uninterruptibly(pipe_ends[0]);
  });
  while (thread == 0 || state_of(thread) != 'D') std::this_thread::yield();

  Watch watch;
  watch.answers = false;
  EXPECT_TRUE(watch.after(seconds{300}));

  ASSERT_EQ(write(pipe_ends[1], "x", 1), 1);
  waits.join();
  EXPECT_FALSE(watch.after(seconds{40}));
  for (const int end : pipe_ends) close(end);
}

}  // namespace
}  // namespace replay::lifecycle
