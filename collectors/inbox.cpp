#include "supervisor/inbox.h"

#include <algorithm>

#include "base/clock.h"
#include "collectors/collectors.h"
#include "collectors/families.h"
#include "registry/vitals.h"

namespace replay::collectors {
namespace {

class InboxCollector final : public prometheus::Collectable {
 public:
  InboxCollector(const registry::Vitals& vitals, const supervisor::Inbox& inbox, const Clock& clock)
      : vitals_(vitals), inbox_(inbox), clock_(clock) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const registry::VitalSigns signs = vitals_.signs();
    const supervisor::InboxStats stats = inbox_.stats();
    const Duration age =
        signs.oldest_pending_since ? clock_.now() - *signs.oldest_pending_since : Duration::zero();
    return {
        gauge("decision_replay_inbox_events", "Events in the inbox, by state.",
              {{{{"state", "pending"}}, sample(signs.inbox.pending)},
               {{{"state", "processing"}}, sample(signs.inbox.processing)},
               {{{"state", "failed"}}, sample(signs.inbox.failed)},
               {{{"state", "completed"}}, sample(signs.inbox.completed)}}),
        gauge("decision_replay_inbox_oldest_pending_age_seconds",
              "Age of the oldest event not decided yet; 0 where there is none.",
              to_seconds(std::max(age, Duration::zero()))),
        counter("decision_replay_events_accepted_total", "Events accepted over HTTP.",
                sample(stats.accepted)),
        counter("decision_replay_events_duplicate_total",
                "Events sent again, which changed nothing.", sample(stats.duplicates)),
        counter("decision_replay_events_rejected_total",
                "Events rejected because their task is unknown.", sample(stats.rejected)),
        counter("decision_replay_inbox_refused_requests_total",
                "Requests turned away because the inbox was full or the registry locked.",
                sample(stats.refused)),
    };
  }

 private:
  const registry::Vitals& vitals_;
  const supervisor::Inbox& inbox_;
  const Clock& clock_;
};

}  // namespace

Collector inbox(const registry::Vitals& vitals, const supervisor::Inbox& inbox,
                const Clock& clock) {
  return std::make_unique<InboxCollector>(vitals, inbox, clock);
}

}  // namespace replay::collectors
