#include <string>
#include <vector>

#include "collectors/collectors.h"
#include "collectors/families.h"
#include "registry/vitals.h"

namespace replay::collectors {
namespace {

double timestamp(Instant when) { return to_seconds(when.time_since_epoch()); }

/// The column that is to be looked at.
std::string column_of(Flaw flaw) {
  switch (flaw) {
    case Flaw::timestamp:
      return "created_at";
    case Flaw::lag_unreadable:
    case Flaw::lag_half_naive:
      return "source_event_ts";
    default:
      return "payload";
  }
}

std::vector<Series> by_kind(const FlawCounts& flaws) {
  std::vector<Series> samples;
  for (const auto& [kind, rows] : flaws) {
    samples.push_back(
        {{{"table", kind.first == FlawedTable::audits ? "task_audits" : "task_events"},
          {"column", column_of(kind.second)},
          {"kind", std::string(name_of(kind.second))}},
         sample(rows)});
  }
  return samples;
}

class IntegrityCollector final : public prometheus::Collectable {
 public:
  explicit IntegrityCollector(const registry::Vitals& vitals) : vitals_(vitals) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const Integrity integrity = vitals_.signs().integrity;
    std::vector<prometheus::MetricFamily> families{
        gauge("decision_replay_integrity_orphaned_audits",
              "Audit rows whose task is not in the registry.", sample(integrity.orphaned_audits)),
        gauge("decision_replay_integrity_unreadable_rows",
              "Rows that are served although something in them cannot be read.",
              by_kind(integrity.flaws)),
        gauge("decision_replay_integrity_missing_indexes",
              "Required indexes that the registry does not have.",
              sample(integrity.missing_indexes.size())),
        gauge("decision_replay_integrity_harmful_indexes", "Indexes that make every INSERT fail.",
              sample(integrity.harmful_indexes.size())),
        gauge("decision_replay_integrity_checked_timestamp_seconds",
              "When the registry was last checked.", timestamp(integrity.checked_at)),
    };
    if (integrity.last_verified_at) {
      families.push_back(gauge("decision_replay_summaries_verified_timestamp_seconds",
                               "When the summaries were last compared with the raw rows, by the "
                               "daemon itself or by summary verify.",
                               timestamp(*integrity.last_verified_at)));
    }
    if (integrity.drift) {
      families.push_back(gauge("decision_replay_summaries_drift",
                               "Differences that the last comparison found; those that the daemon "
                               "found itself are mended.",
                               sample(*integrity.drift)));
    }
    return families;
  }

 private:
  const registry::Vitals& vitals_;
};

}  // namespace

Collector integrity(const registry::Vitals& vitals) {
  return std::make_unique<IntegrityCollector>(vitals);
}

}  // namespace replay::collectors
