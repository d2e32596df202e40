#include "commands/reloader.h"

#include <exception>
#include <utility>

#include "alerting/alerting.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "commands/alert_rules.h"
#include "commands/policies.h"
#include "config/config.h"
#include "http/rate_limit.h"
#include "supervisor/supervisor.h"

namespace replay::commands {

Reloader::Reloader(std::filesystem::path config_file, http::RateLimit& rate_limit,
                   supervisor::Supervisor* supervisor, alerting::Alerting* alerting,
                   const Clock& clock, Logger& log)
    : config_file_(std::move(config_file)),
      rate_limit_(rate_limit),
      supervisor_(supervisor),
      alerting_(alerting),
      clock_(clock),
      log_(log),
      status_(clock.now()) {}

void Reloader::reload() {
  const MutexLock lock(one_at_a_time_);
  try {
    const config::Config config =
        config_file_.empty() ? config::Config{} : config::load(config_file_);
    auto policy = load_policy(config.policy_files, clock_.now(), log_);
    alerting::RuleSet rules;
    if (alerting_ != nullptr) rules = load_alert_rules(config.alert_rule_files);
    rate_limit_.set_per_minute(config.rate_limit_per_minute);
    log_.info("reloaded", {{"policy", policy->name()}});
    if (supervisor_ != nullptr) supervisor_->use(std::move(policy));
    if (alerting_ != nullptr) alerting_->use(std::move(rules));
    status_.succeeded(clock_.now());
  } catch (const std::exception& error) {
    status_.failed();
    log_.error("reload refused; what was in force stays", {{"reason", describe(error)}});
    throw;
  }
}

}  // namespace replay::commands
