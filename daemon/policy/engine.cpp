#include "policy/engine.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "policy/evidence.h"
#include "policy/explanation.h"
#include "policy/outcome.h"
#include "policy/policy.h"

namespace replay::policy {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// The payload with the event's own members at the root: theirs win, as a payload must not pass for
/// another task.
json::value document_of(const Event& event) {
  auto document = parse_json(event.payload);
  if (!document) {
    throw Error(ErrorKind::malformed, "The event's payload is not JSON; send a JSON object.");
  }
  if (!document->is_object()) {
    throw Error(ErrorKind::malformed, "The event's payload is JSON but no object; send an object.");
  }
  json::object& root = document->get_object();
  root["task_id"] = event.task.str();
  root["event_type"] = event.type;
  return *std::move(document);
}

std::uint64_t nanoseconds_since(SteadyClock::time_point start) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(SteadyClock::now() - start).count());
}

/// The searches that several rules share, done once; each rule bears an equal part of their time.
class SharedSearches {
 public:
  SharedSearches(const Policy& policy, std::string_view event_type, const json::value& document)
      : scan_(policy.patterns, document), share_(policy.patterns.groups()) {
    std::vector<std::uint64_t> users(share_.size());
    for (const Rule& rule : policy.rules) {
      if (!rule.looks_at(event_type)) continue;
      for (const std::size_t group : rule.groups) ++users[group];
    }
    for (std::size_t group = 0; group < users.size(); ++group) {
      if (users[group] == 0) continue;
      const auto start = SteadyClock::now();
      scan_.scan(group);
      share_[group] = nanoseconds_since(start) / users[group];
    }
  }

  [[nodiscard]] const PatternScan& scan() const { return scan_; }

  [[nodiscard]] std::uint64_t share_of(const Rule& rule) const {
    std::uint64_t sum = 0;
    for (const std::size_t group : rule.groups) sum += share_[group];
    return sum;
  }

 private:
  PatternScan scan_;
  std::vector<std::uint64_t> share_;
};

std::optional<Match> evaluate(const Rule& rule, const Scene& scene, std::uint64_t shared_time) {
  const auto start = SteadyClock::now();
  std::optional<Match> match = rule.when == nullptr ? Match{} : rule.when->holds(scene);
  rule.counters->evaluations.fetch_add(1, std::memory_order_relaxed);
  rule.counters->nanoseconds.fetch_add(nanoseconds_since(start) + shared_time,
                                       std::memory_order_relaxed);
  if (match) rule.counters->matches.fetch_add(1, std::memory_order_relaxed);
  return match;
}

/// The order of findings: the first is what the record names as the reason, so those that count
/// come before suppressed ones, the more serious before the less.
bool more_serious(const Finding& a, const Finding& b) {
  if (a.suppressed_by.empty() != b.suppressed_by.empty()) return a.suppressed_by.empty();
  return a.severity > b.severity;
}

/// Told of every rule that looked at the event, in order, and of its finding, if it made one.
using Witness = std::function<void(const Rule& rule, const Finding* finding)>;

std::vector<Finding> find_all(const Policy& policy, std::string_view event_type,
                              const json::value& document, Instant now, const Witness& witness) {
  const SharedSearches searches(policy, event_type, document);
  const Scene scene{.root = document, .scan = &searches.scan(), .prefix = {}};
  const Scene exception_scene{.root = document, .scan = nullptr, .prefix = {}};
  std::vector<Finding> findings;
  for (const Rule& rule : policy.rules) {
    if (!rule.looks_at(event_type)) continue;
    const auto match = evaluate(rule, scene, searches.share_of(rule));
    if (!match) {
      if (witness) witness(rule, nullptr);
      continue;
    }
    const Exception* exception = policy.allowlist.covering(rule.id, exception_scene, now);
    Finding finding{.kind = rule.kind,
                    .severity = rule.severity,
                    .code = rule.id,
                    .message = rule.message,
                    .evidence = evidence_of(*match),
                    .suppressed_by = exception == nullptr ? "" : exception->id};
    if (witness) witness(rule, &finding);
    const auto place = std::ranges::upper_bound(findings, finding, more_serious);
    findings.insert(place, std::move(finding));
  }
  return findings;
}

Decision decide_document(const Policy& policy, std::string_view event_type,
                         const json::value& document, const DecisionInputs& inputs, Instant now,
                         const Witness& witness) {
  Decision decision;
  decision.policy = policy.name;
  decision.policy_sha256 = policy.sha256;
  decision.findings = find_all(policy, event_type, document, now, witness);
  const Choice choice = choose(policy, event_type, decision.findings);
  Outcome outcome = outcome_of(policy, choice, decision.findings, document, inputs);
  decision.type = outcome.type;
  decision.reason = std::move(outcome.reason);
  return decision;
}

}  // namespace

Engine::Engine(std::unique_ptr<const Policy> policy) : policy_(std::move(policy)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Decision Engine::decide(const Event& event, const DecisionInputs& inputs, Instant now) const {
  const auto start = SteadyClock::now();
  Decision decision =
      decide_document(*policy_, event.type, document_of(event), inputs, now, nullptr);
  decision.evaluation_time = std::chrono::floor<Duration>(SteadyClock::now() - start);
  return decision;
}

Explanation Engine::explain(const Event& event, const DecisionInputs& inputs, Instant now) const {
  const json::value document = document_of(event);
  const Scene scene{.root = document, .scan = nullptr, .prefix = {}};
  Explanation explanation;
  const Witness record = [&](const Rule& rule, const Finding* finding) {
    RuleTrace& trace = explanation.rules.emplace_back();
    trace.rule = rule.id;
    if (finding == nullptr) return;
    trace.finding = *finding;
    trace.expired = policy_->allowlist.expired(rule.id, scene, now);
  };
  explanation.decision = decide_document(*policy_, event.type, document, inputs, now, record);
  const Choice choice = choose(*policy_, event.type, explanation.decision.findings);
  if (choice.row == nullptr) return explanation;
  explanation.row = {choice.row->event_type.text(), {}, choice.entry};
  if (choice.most_serious != nullptr) explanation.row->severity = choice.most_serious->severity;
  return explanation;
}

const std::string& Engine::name() const { return policy_->name; }

const std::string& Engine::sha256() const { return policy_->sha256; }

std::vector<RuleStats> Engine::stats() const {
  std::vector<RuleStats> stats;
  for (const Rule& rule : policy_->rules) {
    const std::chrono::nanoseconds time(rule.counters->nanoseconds.load(std::memory_order_relaxed));
    stats.push_back({.rule = rule.id,
                     .evaluations = rule.counters->evaluations.load(std::memory_order_relaxed),
                     .matches = rule.counters->matches.load(std::memory_order_relaxed),
                     .time = std::chrono::floor<Duration>(time)});
  }
  return stats;
}

}  // namespace replay::policy
