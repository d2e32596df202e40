#include "collectors/collectors.h"
#include "collectors/families.h"
#include "supervisor/supervisor.h"

namespace replay::collectors {
namespace {

class LossesCollector final : public prometheus::Collectable {
 public:
  explicit LossesCollector(const supervisor::Supervisor* supervisor) : supervisor_(supervisor) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    return {counter("decision_replay_decisions_lost_total",
                    "Accepted events that vanished undecided; anything but 0 is a defect.",
                    supervisor_ == nullptr ? 0 : sample(supervisor_->stats().lost))};
  }

 private:
  const supervisor::Supervisor* supervisor_;
};

}  // namespace

Collector losses(const supervisor::Supervisor* supervisor) {
  return std::make_unique<LossesCollector>(supervisor);
}

}  // namespace replay::collectors
