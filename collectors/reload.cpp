#include <memory>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "collectors/collectors.h"
#include "collectors/families.h"
#include "collectors/reload_status.h"

namespace replay::collectors {
namespace {

class ReloadCollector final : public prometheus::Collectable {
 public:
  explicit ReloadCollector(const ReloadStatus& status) : status_(status) {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    return {gauge("decision_replay_config_last_reload_successful",
                  "Whether the configuration and policies were taken over when last read.",
                  status_.successful() ? 1 : 0),
            gauge("decision_replay_config_last_reload_success_timestamp_seconds",
                  "When the configuration and policies were last taken over.",
                  to_seconds(status_.succeeded_at().time_since_epoch()))};
  }

 private:
  const ReloadStatus& status_;
};

}  // namespace

Collector reload(const ReloadStatus& status) { return std::make_unique<ReloadCollector>(status); }

}  // namespace replay::collectors
