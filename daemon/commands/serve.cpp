#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "alerting/alerting.h"
#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "collectors/collectors.h"
#include "collectors/decision_counters.h"
#include "collectors/http_counters.h"
#include "collectors/scrape.h"
#include "collectors/window_lags.h"
#include "commands/alert_evaluations.h"
#include "commands/alert_rules.h"
#include "commands/commands.h"
#include "commands/policies.h"
#include "commands/reloader.h"
#include "commands/serve_flags.h"
#include "commands/vital_parts.h"
#include "commands/window_refresher.h"
#include "config/config.h"
#include "http/rate_limit.h"
#include "http/server.h"
#include "lifecycle/pulse.h"
#include "lifecycle/signals.h"
#include "lifecycle/systemd.h"
#include "registry/registry.h"
#include "registry/registry_file.h"
#include "registry/vitals.h"
#include "summary/live_stats.h"
#include "summary/summarizer.h"
#include "supervisor/decision_waiters.h"
#include "supervisor/inbox.h"
#include "supervisor/supervisor.h"

namespace replay::commands {
namespace {

/// How long requests under way may take once asked to stop, and how long stopping may take in all.
constexpr std::chrono::seconds kDrainTime{4};
constexpr std::chrono::seconds kStopTime{9};

/// How long a vital part may be silent before the watchdog is no longer told that all is well.
constexpr std::chrono::seconds kPatience{30};

enum class Phase { starting, serving, stopping };

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::uint64_t total(const std::map<std::string, std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

/// The daemon as a parts list: each part uses only those above it, and they end in reverse.
class Daemon {
 public:
  Daemon(const config::Config& config, const ServeFlags& flags, const Clock& clock, Logger& log);

  /// Answers the system's requests until it is asked to stop.
  void run(lifecycle::Signals& signals);

  /// Takes no more requests and lets those under way finish.
  void stop();

 private:
  std::unique_ptr<summary::Summarizer> start_summarizer();
  api::Services services();
  http::ServerOptions server_options() const;
  void add_collectors();
  void announce_ready();
  void reload_on_signal();
  std::string obstacle();
  std::string metrics() const;

  const config::Config& config_;
  const ServeFlags& flags_;
  const Clock& clock_;
  Logger& log_;
  std::atomic<Phase> phase_ = Phase::starting;
  bool announced_ = false;

  lifecycle::Systemd systemd_;
  registry::Registry registry_{config_.registry, log_};
  registry::Vitals vitals_{registry_, clock_, log_};

  summary::LiveQuantiles lag_{clock_};
  collectors::DecisionCounters decisions_;
  std::unique_ptr<summary::Summarizer> summarizer_ = start_summarizer();
  collectors::WindowLags windows_;
  WindowRefresher refresher_{registry_, windows_, clock_, log_};

  std::shared_ptr<const policy::Engine> policy_ =
      load_policy(config_.policy_files, clock_.now(), log_);
  supervisor::DecisionWaiters waiters_;
  std::unique_ptr<supervisor::Supervisor> supervisor_ =
      config_.supervisor_enabled
          ? std::make_unique<supervisor::Supervisor>(registry_, policy_, waiters_, clock_, log_,
                                                     config_.supervisor)
          : nullptr;
  supervisor::Inbox inbox_{
      registry_.writes(),
      clock_,
      {.max_backlog = config_.max_backlog, .keep_event_times = config_.supervisor_enabled}};

  std::unique_ptr<alerting::Alerting> alerting_ =
      config_.alerting.alertmanagers.empty()
          ? nullptr
          : std::make_unique<alerting::Alerting>(
                config_.alerting, load_alert_rules(config_.alert_rule_files), clock_, log_);

  http::RateLimit rate_limit_{clock_, config_.rate_limit_per_minute};
  Reloader reloader_{flags_.config_file, rate_limit_, supervisor_.get(),
                     alerting_.get(),    clock_,      log_};
  collectors::HttpCounters responses_{clock_};
  collectors::Scrape scrape_{clock_, log_};
  http::Router router_{api::routes(services())};
  http::Server server_{
      server_options(),
      router_,
      rate_limit_,
      clock_,
      log_,
      [this](const http::ResponseRecord& record) { responses_.on_response(record); }};
  const std::string addresses_ = joined(server_.addresses());
  std::unique_ptr<AlertEvaluations> evaluations_;  ///< null: no alerting
  lifecycle::Pulse pulse_{vital_parts(server_, registry_), kPatience, clock_, log_};
};

Daemon::Daemon(const config::Config& config, const ServeFlags& flags, const Clock& clock,
               Logger& log)
    : config_(config), flags_(flags), clock_(clock), log_(log) {
  // The address of a socket that systemd passed on is only known now.
  for (const std::string& address : server_.addresses()) (void)config::listen_address(address);
  add_collectors();
  if (alerting_) {
    evaluations_ =
        std::make_unique<AlertEvaluations>(*alerting_, scrape_, server_.addresses().front(), log_);
  }
  phase_ = Phase::serving;
  if (const std::string reason = obstacle(); !reason.empty()) {
    log_.warn("serving, but not ready", {{"addresses", addresses_}, {"reason", reason}});
  }
  announce_ready();
  // On a bad night too: a service manager that waits in vain would end us, and with us the reads.
  systemd_.ready("Serving on " + addresses_);
}

/// Once, as soon as nothing stands in the way.
void Daemon::announce_ready() {
  if (announced_ || !obstacle().empty()) return;
  announced_ = true;
  const registry::RegistrySizes sizes = vitals_.signs().sizes;
  log_.info("ready",
            {{"addresses", addresses_},
             {"policy", supervisor_ ? policy_->name() : "AgentOS's own supervisor decides"},
             {"tasks", sizes.tasks},
             {"audits", sizes.audits}});
}

std::unique_ptr<summary::Summarizer> Daemon::start_summarizer() {
  try {
    summary::add_lags(lag_, registry_.reads().read_now([this](const registry::ReadView& view) {
      const Instant now = clock_.now();
      return view.facts_between(now - summary::LiveQuantiles::kLength, now);
    }));
  } catch (const Error& error) {
    log_.warn("lags of the last minutes cannot be read; they are measured anew",
              {{"reason", describe(error)}});
  }
  auto summarizer = std::make_unique<summary::Summarizer>(
      registry_, clock_, log_, [this](const std::vector<DecisionFact>& made) {
        summary::add_lags(lag_, made);
        decisions_.add(made);
      });
  summarizer->start();
  return summarizer;
}

api::Services Daemon::services() {
  return {
      .reads = registry_.reads(),
      .writes = registry_.writes(),
      .inbox = inbox_,
      .waiters = supervisor_ ? &waiters_ : nullptr,
      .alerting = alerting_.get(),
      .clock = clock_,
      .cache_max_age = config_.cache_max_age,
      .metrics_path = config_.telemetry_path,
      .readiness = [this] { return obstacle(); },
      .reload = [this] { reloader_.reload(); },
      .scrape = [this] { return metrics(); },
  };
}

http::ServerOptions Daemon::server_options() const {
  http::ServerOptions options = config_.web;
  options.inherited_sockets = systemd_.sockets();
  return options;
}

void Daemon::add_collectors() {
  scrape_.add("runbook", collectors::runbook(vitals_, lag_, responses_));
  scrape_.add("decisions", collectors::decisions(decisions_, windows_));
  if (supervisor_) {
    scrape_.add("supervisor", collectors::supervisor(*supervisor_));
    scrape_.add("policy", collectors::policy(*supervisor_));
  }
  scrape_.add("losses", collectors::losses(supervisor_.get()));
  scrape_.add("inbox", collectors::inbox(vitals_, inbox_, clock_));
  scrape_.add("blocked", collectors::blocked(vitals_, windows_));
  scrape_.add("summaries", collectors::summaries(vitals_, *summarizer_, clock_));
  scrape_.add("registry", collectors::registry(vitals_, registry_, clock_));
  scrape_.add("integrity", collectors::integrity(vitals_));
  scrape_.add("http", collectors::http(responses_, server_));
  if (alerting_) scrape_.add("alerts", collectors::alerts(*alerting_));
  scrape_.add("artifacts", collectors::artifacts());
  scrape_.add("reload", collectors::reload(reloader_.status()));
  scrape_.add("build_info", collectors::build_info());
  scrape_.add("process", collectors::process());
}

/// What stands in the way of serving well, as one sentence; "" where nothing does.
std::string Daemon::obstacle() {
  switch (phase_.load()) {
    case Phase::starting:
      return "The daemon is starting.";
    case Phase::stopping:
      return "The daemon is stopping.";
    case Phase::serving:
      break;
  }
  if (const std::string moved = registry_.file().obstacle(); !moved.empty()) return moved;
  if (const auto writes = registry_.writes().stats(); !writes.healthy) {
    return "The registry cannot be written: " + writes.last_error;
  }
  if (const registry::VitalSigns signs = vitals_.signs(); !signs.readable) {
    return "The registry cannot be read: " + signs.problem;
  }
  return "";
}

std::string Daemon::metrics() const {
  if (phase_ == Phase::starting) throw Error(ErrorKind::unavailable, "The daemon is starting.");
  return scrape_.text();
}

void Daemon::run(lifecycle::Signals& signals) {
  for (;;) {
    switch (signals.wait()) {
      case lifecycle::Signals::Request::stop:
        return;
      case lifecycle::Signals::Request::reload:
        reload_on_signal();
        break;
      case lifecycle::Signals::Request::tick:
        if (systemd_.watched() && pulse_.beats()) systemd_.alive();
        announce_ready();
        break;
    }
  }
}

void Daemon::reload_on_signal() {
  systemd_.reloading();
  std::string status = "Serving on " + addresses_;
  try {
    reloader_.reload();
  } catch (const std::exception&) {  // logged and counted there
    status += "; the last reload was refused, see the log";
  }
  systemd_.ready(status);
}

void Daemon::stop() {
  phase_ = Phase::stopping;
  lifecycle::end_within(kStopTime);
  systemd_.stopping();
  log_.info("stopping", {{"requests_in_flight", server_.stats().requests_in_flight}});
  server_.stop(kDrainTime);
  log_.info("drained", {{"accepted_events", inbox_.stats().accepted},
                        {"decisions", supervisor_ ? total(supervisor_->stats().decisions) : 0},
                        {"commits", registry_.writes().stats().transactions}});
}

int serve(const ServeFlags& flags) {
  lifecycle::Signals signals;
  const SystemClock clock;
  const config::Config config = configuration(flags);
  Logger log(config.log_level, config.log_format);
  log.info(
      "starting",
      {{"version", version()}, {"pid", getpid()}, {"registry", config.registry.path.string()}});
  if (geteuid() == 0) log.warn("running as root; a user of its own is safer");
  {
    Daemon daemon(config, flags, clock, log);
    daemon.run(signals);
    daemon.stop();
  }
  log.info("stopped");
  return 0;
}

}  // namespace

void add_serve(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand(
      "serve",
      "Run the daemon: take events in, decide them, summarise, and serve the API and the metrics.");
  command->footer(
      "Flags win over the configuration file. SIGHUP or POST /-/reload takes over policies, alert "
      "rules and the rate limit;\n"
      "SIGTERM or Ctrl-C finishes what is under way and ends, a second one ends at once.\n"
      "Examples:\n"
      "  decision-replay serve\n"
      "  decision-replay serve --config.file=decision-replay.yml --log.format=json\n"
      "  decision-replay serve --web.listen-address=127.0.0.1:8080 "
      "--web.listen-address=unix:/run/replay.sock");
  const auto flags = std::make_shared<ServeFlags>();
  add_serve_flags(*command, *flags);
  command->callback([&chosen, flags] { chosen = [flags] { return serve(*flags); }; });
}

}  // namespace replay::commands
