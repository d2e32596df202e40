#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace replay::testing {

/// Long enough for a sanitizer build on a busy machine; no test waits it out unless it fails.
inline constexpr std::chrono::seconds kPatience{30};

/// Asks every few milliseconds until the answer is yes. Throws std::runtime_error saying what was
/// waited for in vain.
void wait_until(const std::string& what, const std::function<bool()>& predicate,
                std::chrono::milliseconds patience = kPatience);

}  // namespace replay::testing
