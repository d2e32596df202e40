#include "registry/registry.h"

#include "base/clock.h"
#include "collectors/collectors.h"
#include "collectors/families.h"
#include "registry/registry_file.h"
#include "registry/vitals.h"

namespace replay::collectors {
namespace {

class RegistryCollector final : public prometheus::Collectable {
 public:
  RegistryCollector(const registry::Vitals& vitals, registry::Registry& registry,
                    const Clock& clock)
      : vitals_(vitals), registry_(registry), clock_(clock) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families = sizes();
    const registry::WriteStats writes = registry_.writes().stats();
    families.push_back(gauge("decision_replay_registry_writable",
                             "Whether the last write to the registry succeeded and its file is in "
                             "its place.",
                             writes.healthy ? 1 : 0));
    families.push_back(gauge("decision_replay_registry_queued_writes",
                             "Changes waiting for the writer.", sample(writes.queued)));
    families.push_back(counter("decision_replay_registry_commits_total",
                               "Transactions committed to the registry.",
                               sample(writes.transactions)));
    families.push_back(counter("decision_replay_registry_writes_total",
                               "Changes made, failed ones included; several share a commit.",
                               sample(writes.jobs)));
    families.push_back(counter("decision_replay_registry_failed_writes_total",
                               "Changes that were refused or failed and left nothing behind.",
                               sample(writes.failed_jobs)));
    families.push_back(counter("decision_replay_registry_failed_commits_total",
                               "Commits that the disk or a lock failed.",
                               sample(writes.failed_commits)));
    families.push_back(counter("decision_replay_registry_busy_retries_total",
                               "Times the writer had to wait for another process's lock.",
                               sample(writes.busy_waits)));
    families.push_back(counter("decision_replay_registry_damaged_reads_total",
                               "Queries that met a damaged page of the registry.",
                               sample(registry_.reads().stats().damaged)));
    families.push_back(file_state());
    return families;
  }

 private:
  prometheus::MetricFamily file_state() const {
    using registry::FileState;
    const FileState now = registry_.file().state();
    const auto is = [now](FileState state) { return now == state ? 1.0 : 0.0; };
    return gauge("decision_replay_registry_file_state",
                 "Whether the file that was opened is the one at the path: 1 for its state.",
                 {{{{"state", "in_place"}}, is(FileState::in_place)},
                  {{{"state", "missing"}}, is(FileState::missing)},
                  {{{"state", "replaced"}}, is(FileState::replaced)}});
  }

  std::vector<prometheus::MetricFamily> sizes() const {
    const registry::VitalSigns signs = vitals_.signs();
    return {
        gauge("decision_replay_up",
              "Whether the registry could be read when its numbers were last refreshed.",
              signs.readable ? 1 : 0),
        gauge("decision_replay_registry_numbers_age_seconds",
              "Age of the numbers that are read from the registry: inbox, sizes, blocked tasks, "
              "rows behind.",
              to_seconds(clock_.now() - signs.taken_at)),
        gauge("decision_replay_registry_database_bytes", "Size of the registry's database.",
              sample(signs.sizes.database_bytes)),
        gauge("decision_replay_registry_wal_bytes", "Size of the registry's write-ahead log.",
              sample(signs.wal_bytes)),
        gauge("decision_replay_registry_rows",
              "Rows of the registry's tables, from the span of their row ids.",
              {{{{"table", "tasks"}}, sample(signs.sizes.tasks)},
               {{{"table", "task_audits"}}, sample(signs.sizes.audits)},
               {{{"table", "task_events"}}, sample(signs.sizes.events)}}),
    };
  }

  const registry::Vitals& vitals_;
  registry::Registry& registry_;
  const Clock& clock_;
};

}  // namespace

Collector registry(const registry::Vitals& vitals, registry::Registry& registry,
                   const Clock& clock) {
  return std::make_unique<RegistryCollector>(vitals, registry, clock);
}

}  // namespace replay::collectors
