#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace replay::policy {

/// The `retry` section; the defaults are AgentOS's.
struct RetryRules {
  std::uint64_t max_retries = 3;
  std::vector<std::string> permanent_types{"redline_violation", "permission_denied",
                                           "invalid_config", "quota_exceeded", "auth_failed"};
  std::vector<std::string> temporary_types{"network_timeout", "connection_refused", "rate_limited",
                                           "service_unavailable", "temporary_failure"};
  std::vector<std::string> permanent_words{
      "permission denied", "access denied",  "invalid", "forbidden",
      "unauthorized",      "quota exceeded", "redline"};
  std::vector<std::string> temporary_words{"timeout",    "connection",  "network",
                                           "rate limit", "unavailable", "temporary"};
};

struct Retryability {
  bool temporary = false;
  std::string cause;  ///< the error type or the words that say so; empty: nothing did
};

/// Whether trying again may help: by the payload's `error_type`, else by the words in its `error`,
/// in any letter case, where words of a permanent failure win; else it is permanent.
[[nodiscard]] Retryability judge_failure(const RetryRules& rules, const json::value& payload);

}  // namespace replay::policy
