#include "collectors/window_lags.h"

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "registry/read_view.h"
#include "summary/window_stats.h"

namespace replay::collectors {
namespace {

using std::chrono::hours;

constexpr std::array<std::pair<std::string_view, Duration>, 3> kWindows{
    {{"1h", hours{1}}, {"24h", hours{24}}, {"7d", hours{7 * 24}}}};
constexpr Duration kReasonWindow = hours{24};
constexpr std::size_t kLongestReasonBytes = 100;
constexpr auto kOther = "other";

/// At most kTopReasons codes by name, the others together: codes are other programs' text, labels
/// must not be.
std::map<std::string, std::uint64_t> leading_reasons(const summary::BlockedStats& blocked) {
  std::map<std::string, std::uint64_t> leading;
  for (const auto& [code, count] : blocked.reasons) {
    const bool named = leading.size() < WindowLags::kTopReasons && !code.empty() &&
                       code.size() <= kLongestReasonBytes;
    leading[named ? code : kOther] += count;
  }
  return leading;
}

}  // namespace

void WindowLags::refresh(const registry::ReadView& view, Instant now) {
  Published fresh;
  fresh.refreshed_at = now;
  for (const auto& [window, length] : kWindows) {
    const auto lag = summary::decision_lag(view, now - length, 95);
    fresh.lags.push_back({std::string(window), lag.p50, lag.p95, lag.p99, lag.count});
  }
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();  // the rest is counted too
  fresh.reasons = leading_reasons(summary::blocked_reasons(view, now - kReasonWindow, kAll));

  const MutexLock lock(mutex_);
  published_ = std::move(fresh);
}

WindowLags::Published WindowLags::published() const {
  const MutexLock lock(mutex_);
  return published_;
}

}  // namespace replay::collectors
