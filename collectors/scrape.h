#pragma once

#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "alerting/sample.h"
#include "collectors/collectors.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay

namespace replay::collectors {

/// What /metrics answers: every collector run by itself and timed. One that throws costs only its
/// own samples: its `decision_replay_scrape_collector_success` is 0, the reason is logged, the rest
/// is served. Families and series are sorted, so that two scrapes can be compared. Thread rule:
/// add() before the first text(); text() and samples() from any thread.
class Scrape {
 public:
  Scrape(const Clock& clock, Logger& log) : clock_(clock), log_(log) {}

  /// `name` is the `collector` label: one word, unique.
  void add(std::string name, Collector collector);

  /// Prometheus' text format, version 0.0.4.
  [[nodiscard]] std::string text() const;

  /// The same as samples, for the daemon's own alerting.
  [[nodiscard]] std::vector<alerting::Sample> samples() const;

 private:
  [[nodiscard]] std::vector<prometheus::MetricFamily> families() const;

  const Clock& clock_;
  Logger& log_;
  std::vector<std::pair<std::string, Collector>> collectors_;
};

}  // namespace replay::collectors
