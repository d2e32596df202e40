#include "summary/exact.h"

#include <functional>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace replay::summary {
namespace {

/// Equal for equal decisions. A sum of these recognises a set of millions of them at eight bytes an
/// hour.
std::uint64_t fingerprint_of(const DecisionFact& decision) {
  std::string text =
      std::to_string(to_micros(decision.at)) + ' ' + std::to_string(decision.row) + ' ';
  text += decision.lag ? std::to_string(decision.lag->count()) : "none";
  text += decision.lag && decision.lag_from_columns ? " columns " : " payload ";
  text += decision.type + '\n' + decision.task.str() + '\n' + decision.reason_code;
  return std::hash<std::string>{}(text);
}

using Document = std::optional<json::value>;

const json::value* at(const Document& payload, std::string_view pointer) {
  json::error_code missing;
  return payload ? payload->find_pointer(pointer, missing) : nullptr;
}

/// A time's text from the column where it holds anything, else from the payload; nullopt: there is
/// none.
std::optional<std::string> time_text(const std::optional<std::string>& column,
                                     const Document& payload, std::string_view pointer) {
  if (column.value_or("") != "") return column;
  const json::value* found = at(payload, pointer);
  if (found == nullptr || found->is_null() || *found == "") return std::nullopt;
  return found->is_string() ? std::string(found->get_string()) : "no text";
}

std::optional<Instant> instant_of(const std::optional<std::string>& text) {
  return text ? parse_instant(*text) : std::nullopt;
}

/// Written as `…Z`, `…+hh:mm` or `…-hhmm`: a naive one ends with its time of day.
bool tells_zone(const std::string& text) {
  const std::string time = text.substr(text.find(':'));
  return time.find_first_not_of(":.0123456789") != std::string::npos;
}

bool lacks_code(const json::value& finding) {
  json::error_code missing;
  const json::value* code = finding.find_pointer("/code", missing);
  return code == nullptr || !code->is_string() || code->get_string().empty();
}

void add_snapshot_flaws(const Document& payload, std::set<Flaw>& flaws) {
  const json::value* snapshot = at(payload, "/decision_snapshot");
  if (snapshot == nullptr) return;
  if (!snapshot->is_object()) flaws.insert(Flaw::snapshot);
  const json::value* findings = at(payload, "/decision_snapshot/findings");
  if (findings == nullptr || findings->is_null()) return;
  if (!findings->is_array()) {
    flaws.insert(Flaw::finding);
    return;
  }
  for (const json::value& finding : findings->get_array()) {
    if (lacks_code(finding)) flaws.insert(Flaw::finding);
  }
}

std::string first_reason(const Document& payload) {
  const json::value* findings = at(payload, "/decision_snapshot/findings");
  if (findings == nullptr || !findings->is_array()) return "";
  const json::value* code = at(payload, "/decision_snapshot/findings/0/code");
  return code != nullptr && code->is_string() ? std::string(code->get_string()) : "";
}

}  // namespace

void ExactHour::add(const DecisionFact& decision) {
  types[decision.type] += 1;
  fingerprint += fingerprint_of(decision);
  if (!decision.lag) return;
  lags.push_back(decision.lag->count());
  lags_from_columns += decision.lag_from_columns ? 1 : 0;
}

double exact_percentile(const std::vector<std::int64_t>& sorted_lags, std::uint64_t percent) {
  const std::uint64_t rank =
      (percent * sorted_lags.size() + 99) / 100;  // whole numbers: nothing to round
  return static_cast<double>(sorted_lags.at(rank - 1)) / 1e6;
}

void ExactBlocks::add(const DecisionFact& decision) {
  if (decision.type != "BLOCKED") return;
  if (!decision.reason_code.empty()) reasons[decision.reason_code] += 1;
  OfTask& task = tasks[decision.task];
  task.count += 1;
  if (decision.at < task.last_at || (decision.at == task.last_at && decision.row < task.last_row))
    return;
  task.last_at = decision.at;
  task.last_row = decision.row;
  task.last_reason = decision.reason_code;
}

ExactRow exact_row(const AuditRow& row) {
  ExactRow exact;
  const Document payload = parse_json(row.payload.value_or(""));
  if (!row.created_at) exact.flaws.insert(Flaw::timestamp);
  if (row.payload && !payload) exact.flaws.insert(Flaw::payload);
  if (payload && !payload->is_object()) exact.flaws.insert(Flaw::no_object);
  constexpr std::string_view kPrefix = "SUPERVISOR_";
  if (!row.event_type.starts_with(kPrefix) || row.event_type.size() == kPrefix.size()) return exact;

  add_snapshot_flaws(payload, exact.flaws);
  const auto source = time_text(row.source_event_ts, payload, "/source_event_ts");
  const auto processed =
      time_text(row.supervisor_processed_at, payload, "/supervisor_processed_at");
  const auto from = instant_of(source);
  const auto to = instant_of(processed);
  if ((source && !from) || (processed && !to)) {
    exact.flaws.insert(Flaw::lag_unreadable);
  } else if (from && to && tells_zone(*source) != tells_zone(*processed)) {
    exact.flaws.insert(Flaw::lag_half_naive);
  }
  const json::value* id = at(payload, "/decision_id");
  if (row.decision_id.value_or("") == "" && id != nullptr && id->is_string() && *id != "")
    exact.payload_id = DecisionId(std::string(id->get_string()));
  if (!row.created_at) return exact;

  DecisionFact decision;
  decision.at = *row.created_at;
  decision.row = row.row;
  decision.type = row.event_type.substr(kPrefix.size());
  if (from && to && *to - *from >= Duration::zero()) {
    decision.lag = *to - *from;
    decision.lag_from_columns =
        row.source_event_ts.value_or("") != "" && row.supervisor_processed_at.value_or("") != "";
  }
  if (decision.type == "BLOCKED") {
    decision.task = row.task;
    decision.reason_code = first_reason(payload);
  }
  exact.decision = std::move(decision);
  return exact;
}

}  // namespace replay::summary
