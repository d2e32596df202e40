#include "summary/decision_facts.h"

#include "base/json.h"
#include "model/decision.h"

namespace replay::summary {
namespace {

constexpr std::string_view kBlocked = "BLOCKED";

std::optional<std::string_view> text_of(const std::optional<std::string>& column) {
  if (!column || column->empty()) return std::nullopt;
  return std::string_view(*column);
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
  [[nodiscard]] std::string reason_code() const {
    return document_ ? reason_code_of(*document_).value_or("") : "";
  }

 private:
  std::optional<json::value> document_;
};

void set_lag(DecisionFact& fact, const AuditRow& row, const Payload& payload) {
  auto source = text_of(row.source_event_ts);
  auto processed = text_of(row.supervisor_processed_at);
  const bool from_columns = source && processed;
  if (!source) source = payload.text("source_event_ts");
  if (!processed) processed = payload.text("supervisor_processed_at");
  if (!source || !processed) return;
  const auto from = parse_instant(*source);
  const auto to = parse_instant(*processed);
  if (!from || !to || *to < *from) return;
  fact.lag = *to - *from;
  fact.lag_from_columns = from_columns;
}

}  // namespace

AuditFacts facts_of(const AuditRow& row) {
  AuditFacts facts;
  if (!row.created_at) facts.flaws.push_back(Flaw::timestamp);
  const auto type = decision_type_of(row.event_type);
  if (!type) {
    if (row.payload && !is_json(*row.payload)) facts.flaws.push_back(Flaw::payload);
    return facts;
  }
  const Payload payload(row.payload);
  if (row.payload && !payload.readable()) facts.flaws.push_back(Flaw::payload);
  if (!text_of(row.decision_id)) {
    const auto id = payload.text("decision_id");
    if (id && !id->empty()) facts.payload_id = DecisionId(std::string(*id));
  }
  if (!row.created_at) return facts;
  DecisionFact fact;
  fact.at = *row.created_at;
  fact.row = row.row;
  fact.type = *type;
  set_lag(fact, row, payload);
  if (fact.type == kBlocked) {
    fact.task = row.task;
    fact.reason_code = payload.reason_code();
  }
  facts.fact = std::move(fact);
  return facts;
}

}  // namespace replay::summary
