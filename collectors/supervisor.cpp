#include "supervisor/supervisor.h"

#include <array>
#include <map>
#include <string>
#include <utility>

#include "collectors/collectors.h"
#include "collectors/families.h"
#include "model/decision.h"

namespace replay::collectors {
namespace {

using supervisor::SupervisorStats;

std::vector<Series> decisions_of(const SupervisorStats& stats) {
  std::map<std::string, std::uint64_t> counts = stats.decisions;
  for (const auto type :
       {DecisionType::allow, DecisionType::pause, DecisionType::block, DecisionType::retry}) {
    counts.try_emplace(std::string(to_string(type)), 0);  // so that a rate sees the first
  }
  std::vector<Series> series;
  series.reserve(counts.size());
  for (const auto& [type, count] : counts) series.push_back({{{"decision", type}}, sample(count)});
  return series;
}

std::vector<Series> findings_of(const SupervisorStats& stats) {
  std::vector<Series> series;
  series.reserve(stats.findings.size());
  for (const auto& [finding, count] : stats.findings) {
    series.push_back({{{"kind", finding.first}, {"severity", finding.second}}, sample(count)});
  }
  return series;
}

class SupervisorCollector final : public prometheus::Collectable {
 public:
  explicit SupervisorCollector(const supervisor::Supervisor& supervisor)
      : supervisor_(supervisor) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const SupervisorStats stats = supervisor_.stats();
    return {
        counter("decision_replay_supervisor_decisions_total", "Decisions this daemon has made.",
                decisions_of(stats)),
        counter("decision_replay_findings_total",
                "Findings of this daemon's decisions, suppressed ones included.",
                findings_of(stats)),
        counter("decision_replay_evaluation_failures_total",
                "Policy evaluations that failed, retried ones included.",
                sample(stats.failed_evaluations)),
        counter("decision_replay_failed_events_total",
                "Events given up: every attempt failed, or they cannot be decided.",
                sample(stats.failed_events)),
        counter("decision_replay_refused_statuses_total",
                "Task statuses that a trigger of the registry refused.",
                sample(stats.refused_statuses)),
        counter("decision_replay_followed_rows_total", "Rows of other writers put into the inbox.",
                sample(stats.followed)),
        counter("decision_replay_unknown_task_events_total",
                "Followed rows whose task is not in the registry.", sample(stats.unknown_tasks)),
        counter("decision_replay_inbox_removed_total",
                "Completed inbox rows removed after their retention.",
                sample(stats.removed_inbox_rows)),
        counter("decision_replay_inbox_revived_total",
                "Inbox rows stuck in processing that became pending again.",
                sample(stats.revived_inbox_rows)),
    };
  }

 private:
  const supervisor::Supervisor& supervisor_;
};

}  // namespace

Collector supervisor(const supervisor::Supervisor& supervisor) {
  return std::make_unique<SupervisorCollector>(supervisor);
}

}  // namespace replay::collectors
