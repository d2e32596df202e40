#include "summary/exact.h"

#include <functional>
#include <string_view>

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

/// A time from the column where it holds anything, else from the payload.
std::optional<Instant> time_of(const std::optional<std::string>& column,
                               const std::optional<json::value>& payload,
                               std::string_view pointer) {
  if (column.value_or("") != "") return parse_instant(*column);
  if (!payload) return std::nullopt;
  json::error_code missing;
  const json::value* found = payload->find_pointer(pointer, missing);
  return found != nullptr && found->is_string() ? parse_instant(found->get_string()) : std::nullopt;
}

std::string first_reason(const std::optional<json::value>& payload) {
  if (!payload) return "";
  json::error_code missing;
  const json::value* findings = payload->find_pointer("/decision_snapshot/findings", missing);
  if (findings == nullptr || !findings->is_array()) return "";
  const json::value* code = payload->find_pointer("/decision_snapshot/findings/0/code", missing);
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

std::optional<DecisionFact> exact_decision(const AuditRow& row) {
  constexpr std::string_view kPrefix = "SUPERVISOR_";
  if (!row.event_type.starts_with(kPrefix) || row.event_type.size() == kPrefix.size() ||
      !row.created_at) {
    return std::nullopt;
  }
  DecisionFact decision;
  decision.at = *row.created_at;
  decision.row = row.row;
  decision.type = row.event_type.substr(kPrefix.size());
  const auto payload = parse_json(row.payload.value_or(""));
  const auto source = time_of(row.source_event_ts, payload, "/source_event_ts");
  const auto processed = time_of(row.supervisor_processed_at, payload, "/supervisor_processed_at");
  if (source && processed && *processed - *source >= Duration::zero()) {
    decision.lag = *processed - *source;
    decision.lag_from_columns =
        row.source_event_ts.value_or("") != "" && row.supervisor_processed_at.value_or("") != "";
  }
  if (decision.type == "BLOCKED") {
    decision.task = row.task;
    decision.reason_code = first_reason(payload);
  }
  return decision;
}

}  // namespace replay::summary
