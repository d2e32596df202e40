#pragma once

#include <filesystem>

#include "base/mutex.h"
#include "collectors/reload_status.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::alerting {
class Alerting;
}
namespace replay::http {
class RateLimit;
}
namespace replay::supervisor {
class Supervisor;
}

namespace replay::commands {

/// Takes over what can change while serving, whole or not at all: the policies, the alert rules
/// and the rate limit.
/// Everything it is given outlives it. Thread rule: any thread; one reload at a time.
class Reloader {
 public:
  /// `config_file` may be empty (the defaults), `supervisor` null (AgentOS's own decides),
  /// `alerting` null (off).
  Reloader(std::filesystem::path config_file, http::RateLimit& rate_limit,
           supervisor::Supervisor* supervisor, alerting::Alerting* alerting, const Clock& clock,
           Logger& log);

  /// Throws Error with what is wrong; then everything stays as it was.
  void reload();

  [[nodiscard]] const collectors::ReloadStatus& status() const { return status_; }

 private:
  const std::filesystem::path config_file_;
  http::RateLimit& rate_limit_;
  supervisor::Supervisor* const supervisor_;
  alerting::Alerting* const alerting_;
  const Clock& clock_;
  Logger& log_;
  Mutex one_at_a_time_;
  collectors::ReloadStatus status_;
};

}  // namespace replay::commands
