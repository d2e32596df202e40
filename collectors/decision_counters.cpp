#include "collectors/decision_counters.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace replay::collectors {
namespace {

constexpr std::array<std::string_view, 5> kTypes{"ALLOWED", "BLOCKED", "ERROR", "PAUSED",
                                                 "RETRY_RECOMMENDED"};

/// Around the runbook's thresholds of 1 and 5 seconds, from our own milliseconds to AgentOS's
/// polling.
const prometheus::Histogram::BucketBoundaries kLagBounds{
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800};

std::string label_of(const std::string& type) {
  return std::ranges::find(kTypes, type) != kTypes.end() ? type : "OTHER";
}

}  // namespace

DecisionCounters::DecisionCounters()
    : decisions_(prometheus::BuildCounter()
                     .Name("decision_replay_decisions_total")
                     .Help("Decisions recorded in the registry since start, whoever made them.")
                     .Register(metrics_)),
      lags_(prometheus::BuildHistogram()
                .Name("decision_replay_decision_lag_seconds")
                .Help("Time from an event to its decision, of decisions recorded since start.")
                .Register(metrics_)) {
  for (const std::string_view type : kTypes) {  // so that a rate sees the first decision of a type
    decisions_.Add({{"decision", std::string(type)}});
    lags_.Add({{"decision", std::string(type)}}, kLagBounds);
  }
}

void DecisionCounters::add(const std::vector<DecisionFact>& decisions) {
  for (const DecisionFact& decision : decisions) {
    const prometheus::Labels labels{{"decision", label_of(decision.type)}};
    decisions_.Add(labels).Increment();
    if (decision.lag) lags_.Add(labels, kLagBounds).Observe(to_seconds(*decision.lag));
  }
}

}  // namespace replay::collectors
