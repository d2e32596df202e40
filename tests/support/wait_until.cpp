#include "tests/support/wait_until.h"

#include <stdexcept>
#include <thread>

namespace replay::testing {

void wait_until(const std::string& what, const std::function<bool()>& predicate,
                std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kBetween{5};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("waited in vain: " + what);
    }
    std::this_thread::sleep_for(kBetween);
  }
}

}  // namespace replay::testing
