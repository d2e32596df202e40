#include "alerting/alerting.h"

#include <algorithm>
#include <utility>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

namespace replay::alerting {
namespace {

/// As Prometheus: what fires is told again every minute, and believed for four of them.
constexpr std::chrono::minutes kResend{1};
constexpr int kBelievedTimes = 4;

/// The name of the job in the shipped Prometheus configuration.
constexpr auto kJob = "decision-replay";

}  // namespace

CurlLibrary::CurlLibrary() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw Error(ErrorKind::unavailable, "curl cannot be initialised.");
  }
}

CurlLibrary::~CurlLibrary() { curl_global_cleanup(); }

Alerting::Alerting(Options options, RuleSet rules, const Clock& clock, Logger& log)
    : options_(std::move(options)), clock_(clock), log_(log), evaluator_(std::move(rules)) {
  for (const std::string& url : options_.alertmanagers) clients_.emplace_back(url, clock, log);
  const MutexLock lock(mutex_);
  name_what_is_not_evaluated();
}

/// All at once: each may take a moment to end.
Alerting::~Alerting() {
  for (AlertmanagerClient& client : clients_) client.stop();
}

void Alerting::use(RuleSet rules) {
  const MutexLock lock(mutex_);
  evaluator_.use(std::move(rules));
  failing_.clear();
  name_what_is_not_evaluated();
}

void Alerting::name_what_is_not_evaluated() const {
  for (const NotEvaluated& rule : evaluator_.not_evaluated()) {
    log_.warn(
        "alert not evaluated",
        {{"file", rule.file}, {"line", rule.line}, {"alert", rule.alert}, {"reason", rule.reason}});
  }
}

void Alerting::log_failures(const std::vector<Evaluator::Failure>& failures) {
  std::set<std::string> failing;
  for (const Evaluator::Failure& failure : failures) {
    failing.insert(failure.alert);
    if (!failing_.contains(failure.alert)) {
      log_.warn("alert cannot be evaluated",
                {{"alert", failure.alert}, {"reason", failure.reason}});
    }
  }
  failing_ = std::move(failing);
}

void Alerting::evaluate(std::vector<Sample> metrics, const std::string& address) {
  const auto begun = clock_.steady_now();
  const Instant now = clock_.now();
  for (Sample& sample : metrics) {
    sample.labels.emplace("job", kJob);
    sample.labels.emplace("instance", address);
  }
  std::vector<Notification> due;
  {
    const MutexLock lock(mutex_);
    evaluator_.add(now, metrics);
    Evaluator::Outcome outcome =
        evaluator_.evaluate(now, {.resend = kResend, .valid_for = kBelievedTimes * kResend});
    log_failures(outcome.failures);
    ++evaluations_;
    failures_ += outcome.failures.size();
    last_at_ = now;
    last_took_ = std::chrono::duration_cast<Duration>(clock_.steady_now() - begun);
    due = std::move(outcome.due);
  }
  const bool is_socket = address.starts_with("unix:");
  const std::string source = is_socket ? "" : "http://" + address + "/api/governance/alerts";
  for (AlertmanagerClient& client : clients_) client.send(due, source);
}

AlertingStatus Alerting::status() const {
  AlertingStatus status;
  for (const AlertmanagerClient& client : clients_) status.deliveries.push_back(client.status());
  status.interval = options_.evaluation_interval;
  const MutexLock lock(mutex_);
  status.not_evaluated = evaluator_.not_evaluated();
  status.evaluations = evaluations_;
  status.failures = failures_;
  status.last_at = last_at_;
  status.last_took = last_took_;
  for (const Evaluator::Rule& each : evaluator_.rules()) {
    const auto severity = each.rule.written_labels.find("severity");
    status.rules.push_back({each.rule.name, severity == each.rule.written_labels.end()
                                                ? std::string()
                                                : severity->second});
    for (const auto& [labels, alert] : each.state.alerts()) {
      if (alert.state != AlertState::resolved) status.alerts.push_back(alert);
    }
  }
  return status;
}

}  // namespace replay::alerting
