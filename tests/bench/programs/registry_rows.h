#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/time.h"

namespace replay::bench {

/// A registry as a busy installation leaves it after thirty days.
struct Size {
  std::size_t audits = 10'000;
  std::size_t hot_items = 5'000;  ///< trace items of "task-hot": half audits (among the above)
  std::uint64_t seed = 1;
  Instant now;  ///< of the newest row
};

/// "task-hot", whose trace is read page by page: decisions and events of about 1 kB in turn.
inline constexpr const char* kHotTask = "task-hot";

/// Writes tables, rows and AgentOS's own indexes; nothing of the daemon's. The same size gives the
/// same rows. 70 % of the audits are decisions, half of them on a quarter of the tasks; their lags
/// have a median of 0.15 s and a long tail. Everything in the inbox is decided. Throws
/// std::exception where the file cannot be written.
void write_registry(const std::filesystem::path& path, const Size& size);

}  // namespace replay::bench
