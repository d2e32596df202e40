#include "commands/period.h"

#include <condition_variable>
#include <mutex>

namespace replay::commands {

bool next_period(const std::stop_token& stop, Duration period) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, period, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace replay::commands
