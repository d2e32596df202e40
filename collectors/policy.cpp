#include "collectors/collectors.h"
#include "collectors/families.h"
#include "policy/engine.h"
#include "supervisor/supervisor.h"

namespace replay::collectors {
namespace {

class PolicyCollector final : public prometheus::Collectable {
 public:
  explicit PolicyCollector(const supervisor::Supervisor& supervisor) : supervisor_(supervisor) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const auto engine = supervisor_.policy();
    std::vector<Series> evaluations;
    std::vector<Series> matches;
    std::vector<Series> seconds;
    for (const policy::RuleStats& rule : engine->stats()) {
      evaluations.push_back({{{"rule", rule.rule}}, sample(rule.evaluations)});
      matches.push_back({{{"rule", rule.rule}}, sample(rule.matches)});
      seconds.push_back({{{"rule", rule.rule}}, to_seconds(rule.time)});
    }
    return {gauge("decision_replay_policy_info", "The policy in force.",
                  {{{{"policy", engine->name()}, {"sha256", engine->sha256()}}, 1}}),
            counter("decision_replay_policy_rule_evaluations_total",
                    "Evaluations of each rule since the policy was loaded.", evaluations),
            counter("decision_replay_policy_rule_matches_total",
                    "Evaluations of each rule that made a finding, since the policy was loaded.",
                    matches),
            counter("decision_replay_policy_rule_evaluation_seconds_total",
                    "Time spent in each rule since the policy was loaded.", seconds)};
  }

 private:
  const supervisor::Supervisor& supervisor_;
};

}  // namespace

Collector policy(const supervisor::Supervisor& supervisor) {
  return std::make_unique<PolicyCollector>(supervisor);
}

}  // namespace replay::collectors
