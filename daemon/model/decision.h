#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"
#include "model/event.h"
#include "model/task.h"

namespace replay {

enum class DecisionType { allow, pause, block, retry };
enum class Severity { low, medium, high, critical };
enum class FindingKind { redline, conflict, risk, runtime };

[[nodiscard]] std::string_view to_string(DecisionType type);         ///< "ALLOW" …
[[nodiscard]] std::string_view to_string(Severity severity);         ///< "LOW" …
[[nodiscard]] std::string_view to_string(FindingKind kind);          ///< "REDLINE" …
[[nodiscard]] std::string_view audit_event_type(DecisionType type);  ///< "SUPERVISOR_ALLOWED" …
[[nodiscard]] std::optional<DecisionType> parse_decision_type(std::string_view text);
[[nodiscard]] std::optional<Severity> parse_severity(std::string_view text);
[[nodiscard]] std::optional<FindingKind> parse_finding_kind(std::string_view text);

inline constexpr std::string_view kSupervisorPrefix = "SUPERVISOR_";
inline constexpr std::string_view kErrorEventType = "SUPERVISOR_ERROR";

/// "BLOCKED" for "SUPERVISOR_BLOCKED"; nullopt where the type is no decision's (`supervisor-note`,
/// `TASK_CREATED`).
[[nodiscard]] std::optional<std::string_view> decision_type_of(std::string_view audit_event_type);

/// One thing a rule found in an event.
struct Finding {
  FindingKind kind = FindingKind::risk;
  Severity severity = Severity::low;
  std::string code;  ///< the rule's id
  std::string message;
  json::object evidence;
  std::string suppressed_by;  ///< id of the exception that applies; empty: the finding counts
};

/// What the policy says of one event. Pure value: no clock, no ids.
struct Decision {
  DecisionType type = DecisionType::allow;
  std::string reason;             ///< one sentence, never empty
  std::string policy;             ///< "default@1"
  std::string policy_sha256;      ///< of the policy's text, for when its version was not raised
  std::vector<Finding> findings;  ///< suppressed ones included
  Duration evaluation_time{};
};

/// What a decision was made from besides the event; becomes `inputs` of the snapshot.
struct DecisionInputs {
  TaskState task;
  std::uint64_t retry_count = 0;  ///< the task's metadata `retry_count`
};

/// Same event, same id, on every machine and after every crash, so that a decision can be
/// recognised as already made: "dec-" + the first 128 bits of SHA-256 of the event id (and of the
/// attempt, for failed evaluations).
[[nodiscard]] DecisionId decision_id_for(const EventId& event, std::uint32_t failed_attempt = 0);

/// A decision ready to be recorded; `payload(…)` is the audit row's JSON.
struct DecisionRecord {
  RowId inbox_row = 0;
  DecisionId id;
  Event event;
  DecisionInputs inputs;
  Decision decision;
  Instant processed_at;
  Duration decision_time{};  ///< from taking the event to having decided
  std::optional<std::string>
      new_status;  ///< to write, in upper case; nullopt: leave the status alone
};

/// An evaluation that failed; recorded as SUPERVISOR_ERROR.
struct FailedEvaluation {
  RowId inbox_row = 0;
  DecisionId id;
  Event event;
  std::string error;
  std::uint32_t attempt = 0;  ///< 1 for the first
  bool final = false;         ///< true: the inbox row becomes `failed`
  std::string policy;
  Instant processed_at;
};

/// The payload of the audit row: the short members, `findings` in short, and the whole
/// `decision_snapshot`. `status_written`: whether the status change took effect (false where a
/// trigger refused it).
[[nodiscard]] std::string audit_payload(const DecisionRecord& record, bool status_written);
[[nodiscard]] std::string audit_payload(const FailedEvaluation& failure);

/// `payload.decision_snapshot.findings[0].code`, or nullopt.
[[nodiscard]] std::optional<std::string> reason_code_of(const json::value& payload);

}  // namespace replay
