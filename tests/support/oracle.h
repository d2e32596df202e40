#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/registry_builder.h"

namespace replay::testing {

/// What the contract says of the built rows, by looking at every one of them.
namespace oracle {

/// "ALLOWED" for "SUPERVISOR_ALLOWED", "" for what is no decision.
[[nodiscard]] std::string decision_type(const BuiltRow& row);

/// Decisions created at `from` or later, by type.
[[nodiscard]] std::map<std::string, std::int64_t> decision_types(const BuiltRegistry& built,
                                                                 Instant from);
/// Seconds, ascending; negative ones left out.
[[nodiscard]] std::vector<double> lags(const BuiltRegistry& built, Instant from);
/// Nearest rank: the smallest sample with at least `percent` of the samples at or below it.
/// REQUIRES: not empty, ascending.
[[nodiscard]] double quantile(const std::vector<double>& ascending, int percent);

struct BlockedTask {
  std::string task;
  std::int64_t count = 0;
  Instant last;
  std::string code;  ///< of the latest; "": none
};
/// By count, then last, descending.
[[nodiscard]] std::vector<BlockedTask> blocked_tasks(const BuiltRegistry& built, Instant from);
/// Blocks by their reason code; those without one left out.
[[nodiscard]] std::map<std::string, std::int64_t> reasons(const BuiltRegistry& built, Instant from);

/// A task's rows, newest first; unreadable timestamps last; where instants are equal an audit
/// before an event, and the later arrival before the earlier.
[[nodiscard]] std::vector<BuiltRow> trace(const BuiltRegistry& built, const std::string& task);

}  // namespace oracle
}  // namespace replay::testing
