#include "model/decision.h"

#include <array>

#include "base/sha256.h"

namespace replay {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<std::string_view, N>& names,
                               std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names.at(i) == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 4> kDecisionTypes{"ALLOW", "PAUSE", "BLOCK", "RETRY"};
constexpr std::array<std::string_view, 4> kAuditEventTypes{
    "SUPERVISOR_ALLOWED", "SUPERVISOR_PAUSED", "SUPERVISOR_BLOCKED",
    "SUPERVISOR_RETRY_RECOMMENDED"};
constexpr std::array<std::string_view, 4> kActionTypes{"MARK_VERIFYING", "PAUSE_GATE",
                                                       "MARK_BLOCKED", "WRITE_AUDIT"};
constexpr std::array<std::string_view, 4> kSeverities{"LOW", "MEDIUM", "HIGH", "CRITICAL"};
constexpr std::array<std::string_view, 4> kFindingKinds{"REDLINE", "CONFLICT", "RISK", "RUNTIME"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::int64_t milliseconds(Duration length) {
  return std::chrono::round<std::chrono::milliseconds>(length).count();
}

json::object event_member(const Event& event) {
  return {{"event_id", event.id.str()},
          {"event_type", event.type},
          {"source", to_string(event.source)},
          {"ts", format_instant(event.ts)}};
}

json::object inputs_member(const DecisionInputs& inputs) {
  json::object object;
  object["task_status"] = inputs.task.status ? json::value(*inputs.task.status) : json::value();
  object["context"] = {{"retry_count", inputs.retry_count}};
  object["previous_decisions"] = inputs.task.previous_decisions;
  return object;
}

json::object finding_in_short(const Finding& finding) {
  return {{"code", finding.code},
          {"kind", to_string(finding.kind)},
          {"severity", to_string(finding.severity)}};
}

json::object finding_in_full(const Finding& finding) {
  json::object object{{"kind", to_string(finding.kind)},
                      {"severity", to_string(finding.severity)},
                      {"code", finding.code},
                      {"message", finding.message},
                      {"evidence", finding.evidence}};
  if (!finding.suppressed_by.empty()) object["suppressed_by"] = finding.suppressed_by;
  return object;
}

json::array actions_member(const DecisionRecord& record, bool status_written) {
  if (!record.new_status) return {{{"action_type", "WRITE_AUDIT"}, {"status", "OK"}}};
  return {{{"action_type", kActionTypes.at(static_cast<std::size_t>(record.decision.type))},
           {"task_status", *record.new_status},
           {"status", status_written ? "OK" : "FAILED"}}};
}

json::object snapshot(const DecisionRecord& record, bool status_written) {
  json::array findings;
  for (const Finding& finding : record.decision.findings)
    findings.push_back(finding_in_full(finding));
  json::array actions = actions_member(record, status_written);
  const json::object metrics{{"decision_time_ms", milliseconds(record.decision_time)},
                             {"policy_eval_time_ms", milliseconds(record.decision.evaluation_time)},
                             {"finding_count", findings.size()},
                             {"action_count", actions.size()}};
  return {
      {"decision_id", record.id.str()},
      {"policy", record.decision.policy},
      {"policy_sha256", record.decision.policy_sha256},
      {"event", event_member(record.event)},
      {"inputs", inputs_member(record.inputs)},
      {"findings", std::move(findings)},
      {"decision",
       {{"decision_type", to_string(record.decision.type)}, {"reason", record.decision.reason}}},
      {"actions", std::move(actions)},
      {"metrics", metrics}};
}

}  // namespace

std::string_view to_string(DecisionType type) {
  return kDecisionTypes.at(static_cast<std::size_t>(type));
}
std::string_view to_string(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}
std::string_view to_string(FindingKind kind) {
  return kFindingKinds.at(static_cast<std::size_t>(kind));
}
std::string_view audit_event_type(DecisionType type) {
  return kAuditEventTypes.at(static_cast<std::size_t>(type));
}

std::optional<DecisionType> parse_decision_type(std::string_view text) {
  return parse_name<DecisionType>(kDecisionTypes, text);
}
std::optional<Severity> parse_severity(std::string_view text) {
  return parse_name<Severity>(kSeverities, text);
}
std::optional<FindingKind> parse_finding_kind(std::string_view text) {
  return parse_name<FindingKind>(kFindingKinds, text);
}

std::optional<std::string_view> decision_type_of(std::string_view audit_event_type) {
  if (!audit_event_type.starts_with(kSupervisorPrefix)) return std::nullopt;
  audit_event_type.remove_prefix(kSupervisorPrefix.size());
  if (audit_event_type.empty()) return std::nullopt;
  return audit_event_type;
}

DecisionId decision_id_for(const EventId& event, std::uint32_t failed_attempt) {
  std::string text = event.str();
  if (failed_attempt != 0) text += '\0' + std::to_string(failed_attempt);
  constexpr std::size_t kDigits = 32;
  return DecisionId("dec-" + sha256_hex(text).substr(0, kDigits));
}

std::string audit_payload(const DecisionRecord& record, bool status_written) {
  json::array findings;
  for (const Finding& finding : record.decision.findings)
    findings.push_back(finding_in_short(finding));
  const json::object payload{{"decision_id", record.id.str()},
                             {"decision_type", lower_case(to_string(record.decision.type))},
                             {"reason", record.decision.reason},
                             {"timestamp", format_instant(record.processed_at)},
                             {"source_event_ts", format_instant(record.event.ts)},
                             {"supervisor_processed_at", format_instant(record.processed_at)},
                             {"findings", std::move(findings)},
                             {"decision_snapshot", snapshot(record, status_written)}};
  return to_text(payload);
}

std::string audit_payload(const FailedEvaluation& failure) {
  const json::object payload{
      {"decision_id", failure.id.str()},
      {"error", failure.error},
      {"attempt", failure.attempt},
      {"final", failure.final},
      {"timestamp", format_instant(failure.processed_at)},
      {"source_event_ts", format_instant(failure.event.ts)},
      {"supervisor_processed_at", format_instant(failure.processed_at)},
      {"context", {{"event", event_member(failure.event)}, {"policy", failure.policy}}}};
  return to_text(payload);
}

std::optional<std::string> reason_code_of(const json::value& payload) {
  const json::value* snapshot = member(payload, "decision_snapshot");
  const json::value* findings = snapshot == nullptr ? nullptr : member(*snapshot, "findings");
  if (findings == nullptr || !findings->is_array() || findings->get_array().empty())
    return std::nullopt;
  const auto code = string_member(findings->get_array().front(), "code");
  if (!code) return std::nullopt;
  return std::string(*code);
}

}  // namespace replay
