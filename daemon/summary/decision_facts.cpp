#include "summary/decision_facts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "model/decision.h"

namespace replay::summary {
namespace {

constexpr std::string_view kBlocked = "BLOCKED";

/// A timestamp that may be anything.
struct Time {
  bool there = false;
  std::optional<Instant> at{};
  bool has_offset = false;
  bool from_column = false;
};

Time time_of(std::string_view text) {
  constexpr std::size_t kAfterDate = 10;
  return {.there = true,
          .at = parse_instant(text),
          .has_offset = text.find_first_of("Zz+-", kAfterDate) != std::string_view::npos};
}

bool is_object(std::string_view json_text) {
  const std::size_t start = json_text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && json_text[start] == '{';
}

/// A decision's payload, which may be anything.
class Payload {
 public:
  explicit Payload(const std::optional<std::string>& text) {
    if (text) document_ = parse_json(*text);
  }

  [[nodiscard]] bool readable() const { return document_.has_value(); }
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const {
    return document_ ? string_member(*document_, name) : std::nullopt;
  }
  [[nodiscard]] Time time(std::string_view name) const {
    const json::value* found = document_ ? member(*document_, name) : nullptr;
    if (found == nullptr || found->is_null()) return {};
    if (!found->is_string()) return {.there = true};
    return found->get_string().empty() ? Time{} : time_of(found->get_string());
  }
  [[nodiscard]] std::string reason_code() const {
    return document_ ? reason_code_of(*document_).value_or("") : "";
  }

  void add_flaws(std::vector<Flaw>& flaws) const {
    const json::value* snapshot = document_ ? member(*document_, "decision_snapshot") : nullptr;
    if (snapshot == nullptr) return;
    if (!snapshot->is_object()) {
      flaws.push_back(Flaw::snapshot);
      return;
    }
    const json::value* findings = member(*snapshot, "findings");
    if (findings == nullptr || findings->is_null()) return;
    if (!findings->is_array() || !std::ranges::all_of(findings->get_array(), has_code))
      flaws.push_back(Flaw::finding);
  }

 private:
  static bool has_code(const json::value& finding) {
    return !string_member(finding, "code").value_or("").empty();
  }

  std::optional<json::value> document_;
};

Time time_of(const std::optional<std::string>& column, const Payload& payload,
             std::string_view name) {
  if (!column || column->empty()) return payload.time(name);
  Time time = time_of(*column);
  time.from_column = true;
  return time;
}

/// How long a decision took, and what is wrong with what says so.
struct Lag {
  Lag(const AuditRow& row, const Payload& payload)
      : source(time_of(row.source_event_ts, payload, "source_event_ts")),
        processed(time_of(row.supervisor_processed_at, payload, "supervisor_processed_at")) {}

  void set(DecisionFact& fact) const {
    if (!source.at || !processed.at || *processed.at < *source.at) return;
    fact.lag = *processed.at - *source.at;
    fact.lag_from_columns = source.from_column && processed.from_column;
  }
  void add_flaws(std::vector<Flaw>& flaws) const {
    if ((source.there && !source.at) || (processed.there && !processed.at)) {
      flaws.push_back(Flaw::lag_unreadable);
    } else if (source.at && processed.at && source.has_offset != processed.has_offset) {
      flaws.push_back(Flaw::lag_half_naive);
    }
  }

  Time source;
  Time processed;
};

std::vector<Flaw> common_flaws(const AuditRow& row, bool payload_is_json) {
  std::vector<Flaw> flaws;
  if (!row.created_at) flaws.push_back(Flaw::timestamp);
  if (row.payload && !payload_is_json) flaws.push_back(Flaw::payload);
  return flaws;
}

std::vector<Flaw> audit_flaws(const AuditRow& row, bool payload_is_json) {
  std::vector<Flaw> flaws = common_flaws(row, payload_is_json);
  if (payload_is_json && !is_object(*row.payload)) flaws.push_back(Flaw::no_object);
  return flaws;
}

}  // namespace

AuditFacts facts_of(const AuditRow& row) {
  AuditFacts facts;
  const auto type = decision_type_of(row.event_type);
  if (!type) {
    facts.flaws = audit_flaws(row, row.payload && is_json(*row.payload));
    return facts;
  }
  const Payload payload(row.payload);
  const Lag lag(row, payload);
  facts.flaws = audit_flaws(row, payload.readable());
  payload.add_flaws(facts.flaws);
  lag.add_flaws(facts.flaws);
  if (row.decision_id.value_or("").empty()) {
    const auto id = payload.text("decision_id");
    if (id && !id->empty()) facts.payload_id = DecisionId(std::string(*id));
  }
  if (!row.created_at) return facts;
  DecisionFact fact;
  fact.at = *row.created_at;
  fact.row = row.row;
  fact.type = *type;
  lag.set(fact);
  if (fact.type == kBlocked) {
    fact.task = row.task;
    fact.reason_code = payload.reason_code();
  }
  facts.fact = std::move(fact);
  return facts;
}

std::vector<Flaw> event_flaws(const AuditRow& row) {
  return common_flaws(row, row.payload && is_json(*row.payload));
}

}  // namespace replay::summary
