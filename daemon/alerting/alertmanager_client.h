#pragma once

#include <condition_variable>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "alerting/delivery_queue.h"
#include "alerting/rule_state.h"
#include "base/mutex.h"
#include "base/time.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::alerting {

/// How it goes with one Alertmanager. The counts are of alerts, since the start.
struct DeliveryStatus {
  std::string alertmanager;     ///< its base URL
  std::uint64_t attempted = 0;  ///< sent, whatever came of it; a retry counts again
  std::uint64_t failed = 0;     ///< of those, the ones it did not take
  std::uint64_t dropped = 0;    ///< given up: refused as malformed, or the queue was full
  std::size_t queued = 0;       ///< waiting or under way
  std::optional<Instant> last_delivery = {};
  std::string last_error;  ///< "" while all is well
};

/// Tells one Alertmanager of alerts over its v2 API, on a thread of its own: whatever the other
/// side does, send() returns at once. What fails is tried again after 1 s, then twice as long up to
/// 30 s; the first failure and the recovery are logged. Thread rule: any thread. REQUIRES: curl's
/// global state outlives it.
class AlertmanagerClient {
 public:
  AlertmanagerClient(std::string base_url, const Clock& clock, Logger& log);
  ~AlertmanagerClient();  ///< stops; what is still queued is not delivered
  AlertmanagerClient(const AlertmanagerClient&) = delete;
  AlertmanagerClient& operator=(const AlertmanagerClient&) = delete;

  /// `generator_url`: where the alerts come from, or "".
  void send(const std::vector<Notification>& notifications, const std::string& generator_url);

  [[nodiscard]] DeliveryStatus status() const;

  /// Delivers nothing from now on, without waiting for the end of what is under way.
  void stop();

 private:
  struct Connection;

  void run(const std::stop_token& stop);
  bool deliver(Connection& connection, const std::vector<Notification>& batch);

  const std::string url_;
  const Clock& clock_;
  Logger& log_;

  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  DeliveryQueue queue_ GUARDED_BY(mutex_);
  std::string generator_url_ GUARDED_BY(mutex_);
  DeliveryStatus status_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

/// The body of a POST to /api/v2/alerts.
[[nodiscard]] std::string alerts_body(const std::vector<Notification>& notifications,
                                      const std::string& generator_url);

}  // namespace replay::alerting
