#include "tests/bench/programs/payloads.h"

#include <algorithm>
#include <array>

namespace replay::bench {
namespace {

constexpr std::array<std::string_view, 6> kBlockingFindings{
    R"({"kind": "REDLINE", "severity": "HIGH", "code": "REDLINE_001", "message": "Dangerous operation: overwrites a system path", "evidence": {"tool": "file_write", "path": "/etc/passwd", "rule": "no system paths"}})",
    R"({"kind": "REDLINE", "severity": "CRITICAL", "code": "REDLINE_002", "message": "Privilege escalation requested by \"sudo\"", "evidence": {"tool": "shell", "command": "sudo chmod -R 777 /srv"}})",
    R"({"kind": "REDLINE", "severity": "CRITICAL", "code": "REDLINE_003", "message": "Credential access outside the task's scope", "evidence": {"tool": "file_read", "path": "/home/op/.ssh/id_ed25519"}})",
    R"({"kind": "CONFLICT", "severity": "HIGH", "code": "CONFLICT_API_LIMIT", "message": "Two intents exceed the same API's hourly limit", "evidence": {"api": "search", "limit": 100, "requested": 163}})",
    R"({"kind": "CONFLICT", "severity": "HIGH", "code": "CONFLICT_FILE_LOCK", "message": "Two steps write the same file", "evidence": {"file": "src/main.c", "steps": [4, 7]}})",
    R"({"kind": "RUNTIME", "severity": "HIGH", "code": "RUNTIME_QUOTA", "message": "Task failed: quota exceeded", "evidence": {"error_type": "quota_exceeded"}})",
};
constexpr std::array<std::string_view, 3> kMildFindings{
    R"({"kind": "RISK", "severity": "MEDIUM", "code": "RISK_ERROR_RATE", "message": "Error rate above the threshold", "evidence": {"error_rate": 0.37, "threshold": 0.3}})",
    R"({"kind": "RISK", "severity": "MEDIUM", "code": "RISK_RESOURCE_USAGE", "message": "Resource usage near its ceiling – naïve retry loop", "evidence": {"resource_usage": 0.86, "threshold": 0.8}})",
    R"({"kind": "RISK", "severity": "LOW", "code": "RISK_WARNINGS", "message": "The step finished with warnings", "evidence": {"warnings": ["unused variable"]}})",
};
constexpr std::array<std::string_view, 7> kTools{"file_read", "file_write", "shell", "git",
                                                 "http_get",  "search",     "python"};
constexpr std::array<std::string_view, 6> kStatuses{"PENDING", "RUNNING", "VERIFYING",
                                                    "PAUSED",  "DONE",    "FAILED"};
constexpr std::array<std::string_view, 3> kCauses{"TASK_CREATED", "TASK_STEP_COMPLETED",
                                                  "TASK_FAILED"};

/// Joined without the temporaries of operator+: a million payloads are most of the generator's
/// work.
template <class... Parts>
std::string& append(std::string& text, const Parts&... parts) {
  (text.append(parts), ...);
  return text;
}

std::string number(std::size_t n) { return std::to_string(n); }

void append_findings(std::string& text, const DecisionKind& kind, Dice& dice) {
  if (kind.decision_type == "BLOCK") {
    append(text, dice.one_of(kBlockingFindings));
    if (dice.below(4) == 0) append(text, ", ", dice.one_of(kMildFindings));
  } else if (kind.decision_type == "PAUSE" || dice.below(4) == 0) {
    append(text, dice.one_of(kMildFindings));
  }
}

void append_inputs(std::string& text, Dice& dice) {
  append(text, R"({"task_status": ")", dice.one_of(kStatuses), R"(", "context": {"agent": "agent-)",
         number(10 + dice.below(40)), R"(", "run_mode": "assisted", "workdir": "/srv/projects/p)",
         number(dice.below(200)), R"(", "model": "large", "steps": [)");
  const std::size_t steps = 2 + dice.below(7);
  for (std::size_t step = 1; step <= steps; ++step) {
    append(text, step == 1 ? "" : ", ", R"({"step": )", number(step), R"(, "tool": ")",
           dice.one_of(kTools), R"(", "ok": true})");
  }
  append(text, R"(], "note": ")", dice.below(16) == 0 ? "Überprüfung nötig" : "routine",
         R"("}, "previous_decisions": )", number(dice.below(12)), "}");
}

}  // namespace

const DecisionKind& decision_kind(Dice& dice) {
  std::size_t left = dice.below(100);
  for (const DecisionKind& kind : kDecisionKinds) {
    if (left < kind.weight) return kind;
    left -= kind.weight;
  }
  return kDecisionKinds.front();
}

std::string decision_payload(const DecisionKind& kind, const DecisionText& text, Dice& dice) {
  std::string type(kind.decision_type);
  std::ranges::transform(type, type.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  const std::string took = std::to_string(std::min<std::int64_t>(text.lag_ms, 900));

  std::string payload;
  payload.reserve(1'600);
  append(payload, R"({"decision_id": ")", text.id, R"(", "decision_type": ")", type,
         R"(", "reason": ")", kind.reason, R"(", "timestamp": ")", text.processed_ts,
         R"(", "decision_snapshot": {"decision_id": ")", text.id,
         R"(", "policy": "default@3", "event": {"event_id": ")", text.event_id,
         R"(", "event_type": ")", dice.one_of(kCauses), R"(", "source": "eventbus", "ts": ")",
         text.source_ts, R"("}, "inputs": )");
  append_inputs(payload, dice);
  append(payload, R"(, "findings": [)");
  append_findings(payload, kind, dice);
  append(payload, R"(], "decision": {"decision_type": ")", kind.decision_type, R"(", "reason": ")",
         kind.reason, R"("}, "actions": [{"action_type": ")", kind.action,
         R"(", "status": "OK"}], "metrics": {"decision_time_ms": )", took,
         R"(, "policy_eval_time_ms": )", took, R"(, "finding_count": 1, "action_count": 1}}})");
  return payload;
}

std::string other_payload(Dice& dice) {
  std::string payload = R"({"actor": "runner", "detail": ")";
  for (std::size_t i = 0, words = 1 + dice.below(15); i < words; ++i) payload += "routine ";
  return append(payload, R"(", "step": )", number(1 + dice.below(40)), R"(, "duration_ms": )",
                number(dice.below(90'000)), "}");
}

std::string event_payload(Dice& dice, std::size_t bytes) {
  const std::size_t current = dice.below(64);
  std::string payload = R"({"explanation": ")";
  const std::size_t length = std::max(bytes, 14 * (1 + dice.below(11)));
  while (payload.size() < length) payload += "step finished ";
  return append(payload, R"(", "progress": {"current": )", number(current), R"(, "total": )",
                number(current + 1 + dice.below(9)), "}}");
}

}  // namespace replay::bench
