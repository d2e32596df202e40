#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alerting/alertmanager_client.h"
#include "alerting/evaluator.h"
#include "alerting/rule_file.h"
#include "alerting/rule_state.h"
#include "alerting/sample.h"
#include "base/mutex.h"
#include "base/time.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::alerting {

struct Options {
  std::vector<std::string> alertmanagers;  ///< base URLs, without a slash at the end; empty: off
  Duration evaluation_interval = std::chrono::seconds{15};
};

/// A snapshot of everything there is to say.
struct AlertingStatus {
  /// A rule by what identifies its series: its name and the severity it gives.
  struct Rule {
    std::string name;
    std::string severity;
  };

  std::vector<Rule> rules;
  std::vector<Alert> alerts;  ///< pending and firing
  std::vector<NotEvaluated> not_evaluated;
  Duration interval{};
  std::uint64_t evaluations = 0;  ///< of all rules together
  std::uint64_t failures = 0;     ///< of single rules
  std::optional<Instant> last_at = {};
  Duration last_took{};
  std::vector<DeliveryStatus> deliveries;
};

/// curl's global state, for as long as it lives; made before the threads that use curl.
class CurlLibrary {
 public:
  CurlLibrary();
  ~CurlLibrary();
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;
};

/// Direct alerting, for hosts without Prometheus: evaluates rules over the daemon's own metrics and
/// tells every Alertmanager. Somebody else calls evaluate() at each interval; deliveries have
/// threads of their own. What is not evaluated is logged, and stays in status(). Thread rule: any
/// thread.
class Alerting {
 public:
  Alerting(Options options, RuleSet rules, const Clock& clock, Logger& log);
  ~Alerting();
  Alerting(const Alerting&) = delete;
  Alerting& operator=(const Alerting&) = delete;

  /// Other rules from now on; alerts that go on keep their state.
  void use(RuleSet rules);

  /// One evaluation over the daemon's metrics, which it labels as a Prometheus that scrapes
  /// `address` does. Never waits for an Alertmanager.
  void evaluate(std::vector<Sample> metrics, const std::string& address);

  [[nodiscard]] AlertingStatus status() const;

  [[nodiscard]] Duration interval() const { return options_.evaluation_interval; }

 private:
  void name_what_is_not_evaluated() const REQUIRES_LOCK(mutex_);
  void log_failures(const std::vector<Evaluator::Failure>& failures) REQUIRES_LOCK(mutex_);

  const CurlLibrary curl_;
  const Options options_;
  const Clock& clock_;
  Logger& log_;
  std::list<AlertmanagerClient> clients_;

  mutable Mutex mutex_;
  Evaluator evaluator_ GUARDED_BY(mutex_);
  std::set<std::string> failing_ GUARDED_BY(mutex_);  ///< rules, so that each is logged once
  std::uint64_t evaluations_ GUARDED_BY(mutex_) = 0;
  std::uint64_t failures_ GUARDED_BY(mutex_) = 0;
  std::optional<Instant> last_at_ GUARDED_BY(mutex_);
  Duration last_took_ GUARDED_BY(mutex_){};
};

}  // namespace replay::alerting
