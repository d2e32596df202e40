#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace replay::bench {

/// Every random choice of one registry: the same seed, the same rows, on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  double share() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_;
};

/// How one kind of decision is written, and how often it is met.
struct DecisionKind {
  std::string_view event_type;
  std::string_view decision_type;
  std::string_view level;
  std::string_view action;
  std::string_view reason;
  std::size_t weight;
};

inline constexpr std::array kDecisionKinds{
    DecisionKind{"SUPERVISOR_ALLOWED", "ALLOW", "info", "MARK_VERIFYING",
                 "No issue above the threshold", 81},
    DecisionKind{"SUPERVISOR_PAUSED", "PAUSE", "warn", "PAUSE_GATE", "Paused for review", 7},
    DecisionKind{"SUPERVISOR_BLOCKED", "BLOCK", "warn", "MARK_BLOCKED",
                 "Blocked by a high severity finding", 5},
    DecisionKind{"SUPERVISOR_RETRY_RECOMMENDED", "RETRY", "info", "WRITE_AUDIT",
                 "Failure looks temporary, attempt 1 of 3", 6},
    DecisionKind{"SUPERVISOR_ERROR", "ERROR", "error", "WRITE_AUDIT", "Policy evaluation timed out",
                 1},
};

const DecisionKind& decision_kind(Dice& dice);

/// What a decision's payload says beside its kind.
struct DecisionText {
  std::string_view id;
  std::string_view event_id;
  std::string_view source_ts;
  std::string_view processed_ts;
  std::int64_t lag_ms;
};

/// About 1.1 kB of JSON, spaced as Python's json writes it: what AgentOS's supervisor stores.
std::string decision_payload(const DecisionKind& kind, const DecisionText& text, Dice& dice);

/// A runner's audit: 100 to 250 bytes.
std::string other_payload(Dice& dice);

/// A task event: 100 to 250 bytes, or about `bytes` where more are asked for.
std::string event_payload(Dice& dice, std::size_t bytes = 0);

}  // namespace replay::bench
