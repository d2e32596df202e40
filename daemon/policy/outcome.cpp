#include "policy/outcome.h"

namespace replay::policy {
namespace {

std::string sentence(std::string text) {
  if (!text.ends_with('.') && !text.ends_with('!') && !text.ends_with('?')) text += '.';
  return text;
}

Outcome allowed(const std::vector<Finding>& findings, const Finding* most_serious) {
  const bool all_suppressed = !findings.empty() && most_serious == nullptr;
  return {DecisionType::allow, all_suppressed ? "Every finding is covered by an exception (" +
                                                    findings.front().suppressed_by + ")."
                                              : "No finding above the threshold."};
}

Outcome stopped(DecisionType type, const Finding* most_serious) {
  const std::string done = type == DecisionType::block ? "Blocked" : "Paused";
  if (most_serious == nullptr) return {type, done + " by the policy, whatever is found."};
  return {type, sentence(done + " by " + most_serious->code + ": " + most_serious->message)};
}

Outcome tried_again(const RetryRules& rules, const json::value& payload, std::uint64_t retries) {
  const Retryability failure = judge_failure(rules, payload);
  if (!failure.temporary) {
    return {DecisionType::block,
            failure.cause.empty()
                ? "Blocked: nothing says that the failure is temporary."
                : "Blocked: the failure looks permanent (" + failure.cause + ")."};
  }
  const std::string looks_temporary = "Failure looks temporary (" + failure.cause + "), ";
  const std::string most = std::to_string(rules.max_retries);
  if (retries >= rules.max_retries) {
    return {DecisionType::block, looks_temporary + "but all " + most + " retries are used."};
  }
  return {DecisionType::retry,
          looks_temporary + "attempt " + std::to_string(retries + 1) + " of " + most + "."};
}

}  // namespace

Choice choose(const Policy& policy, std::string_view event_type,
              const std::vector<Finding>& findings) {
  Choice choice;
  if (!findings.empty() && findings.front().suppressed_by.empty()) {
    choice.most_serious = &findings.front();
  }
  choice.row = policy.row_for(event_type);
  if (choice.row == nullptr) return choice;
  choice.entry =
      choice.most_serious == nullptr
          ? choice.row->none
          : choice.row->by_severity.at(static_cast<std::size_t>(choice.most_serious->severity));
  return choice;
}

Outcome outcome_of(const Policy& policy, const Choice& choice, const std::vector<Finding>& findings,
                   const json::value& payload, const DecisionInputs& inputs) {
  switch (choice.entry) {
    case DecisionType::allow:
      return allowed(findings, choice.most_serious);
    case DecisionType::retry:
      return tried_again(policy.retry, payload, inputs.retry_count);
    case DecisionType::pause:
    case DecisionType::block:
      return stopped(choice.entry, choice.most_serious);
  }
  return stopped(DecisionType::block, choice.most_serious);
}

}  // namespace replay::policy
