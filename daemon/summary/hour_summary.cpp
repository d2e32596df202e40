#include "summary/hour_summary.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "summary/varint.h"

namespace replay::summary {
namespace {

constexpr std::uint8_t kVersion = 1;

/// Ties are settled by the row, so that the order of merging does not show.
bool slower(const SlowDecision& a, const SlowDecision& b) {
  return a.lag != b.lag ? a.lag > b.lag : a.row < b.row;
}

std::string encode_detail(const HourSummary& hour) {
  std::string bytes(1, static_cast<char>(kVersion));
  append_varint(bytes, hour.decision_types.size());
  for (const auto& [type, count] : hour.decision_types) {
    append_varint(bytes, type.size());
    bytes += type;
    append_varint(bytes, count);
  }
  append_varint(bytes, hour.lags_from_columns);
  append_varint(bytes, hour.slowest.size());
  for (const SlowDecision& decision : hour.slowest) {
    append_varint(bytes, zigzag(decision.row));
    append_varint(bytes, static_cast<std::uint64_t>(decision.lag.count()));
    bytes += decision.from_columns ? '\1' : '\0';
  }
  const std::string lags = hour.lags.encode();
  append_varint(bytes, lags.size());
  return bytes + lags;
}

HourSummary decode_detail(std::string_view bytes) {
  ByteReader in(bytes);
  HourSummary hour;
  if (in.byte() != kVersion) return hour;  // the caller's comparison refuses it
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::string_view type = in.text();
    hour.decision_types[std::string(type)] = in.varint();
  }
  hour.lags_from_columns = in.varint();
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const RowId row = unzigzag(in.varint());
    const Duration lag{static_cast<std::int64_t>(in.varint())};
    hour.slowest.push_back({row, lag, in.byte() != 0});
  }
  hour.lags = QuantileSketch::decode(in.text());
  return hour;
}

/// Other programs read this as JSON, so types that are no UTF-8 are written as what is left of
/// them.
std::string types_as_json(const std::map<std::string, std::uint64_t>& types) {
  std::map<std::string, std::uint64_t> readable;
  for (const auto& [type, count] : types) readable[to_utf8(type)] += count;
  json::object object;
  for (const auto& [type, count] : readable) object[type] = count;
  return json::serialize(object);
}

}  // namespace

void HourSummary::add(const DecisionFact& fact) {
  ++decision_types[fact.type];
  if (!fact.lag) return;
  lags.add(to_seconds(*fact.lag));
  if (fact.lag_from_columns) ++lags_from_columns;
  const SlowDecision decision{fact.row, *fact.lag, fact.lag_from_columns};
  slowest.insert(std::upper_bound(slowest.begin(), slowest.end(), decision, slower), decision);
  if (slowest.size() > kSlowest) slowest.pop_back();
}

void HourSummary::merge(const HourSummary& other) {
  for (const auto& [type, count] : other.decision_types) decision_types[type] += count;
  lags.merge(other.lags);
  lags_from_columns += other.lags_from_columns;
  std::vector<SlowDecision> both;
  std::merge(slowest.begin(), slowest.end(), other.slowest.begin(), other.slowest.end(),
             std::back_inserter(both), slower);
  both.resize(std::min(both.size(), kSlowest));
  slowest = std::move(both);
}

HourRow HourSummary::to_row(Instant start) const {
  return {.start = start,
          .decision_types = types_as_json(decision_types),
          .lag_p50 = lags.quantile(0.50),
          .lag_p95 = lags.quantile(0.95),
          .detail = encode_detail(*this)};
}

HourSummary HourSummary::from_row(const HourRow& row) {
  HourSummary hour = decode_detail(row.detail);
  // Whatever a damaged detail decoded to, only one we made encodes to the same bytes again.
  if (encode_detail(hour) != row.detail) {
    throw Error(ErrorKind::corrupt, "The stored summary of the hour " + format_instant(row.start) +
                                        " is damaged; run `decision-replay summary rebuild`.");
  }
  return hour;
}

}  // namespace replay::summary
