#pragma once

#include <string>
#include <thread>

namespace replay {
class Logger;
}
namespace replay::alerting {
class Alerting;
}
namespace replay::collectors {
class Scrape;
}

namespace replay::commands {

/// Has the alert rules evaluated over a scrape at each interval, on a thread of its own, until
/// destruction. Everything it is given outlives it.
class AlertEvaluations {
 public:
  /// `address`: the daemon's, as a Prometheus would name the instance.
  AlertEvaluations(alerting::Alerting& alerting, const collectors::Scrape& scrape,
                   std::string address, Logger& log);

 private:
  std::jthread thread_;
};

}  // namespace replay::commands
