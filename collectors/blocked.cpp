#include "collectors/collectors.h"
#include "collectors/families.h"
#include "collectors/window_lags.h"
#include "registry/vitals.h"

namespace replay::collectors {
namespace {

class BlockedCollector final : public prometheus::Collectable {
 public:
  BlockedCollector(const registry::Vitals& vitals, const WindowLags& windows)
      : vitals_(vitals), windows_(windows) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<Series> reasons;
    for (const auto& [code, count] : windows_.published().reasons) {
      reasons.push_back({{{"reason", code}}, sample(count)});
    }
    return {
        gauge("decision_replay_blocked_tasks", "Tasks whose status is BLOCKED now.",
              sample(vitals_.signs().sizes.blocked_tasks)),
        gauge(
            "decision_replay_window_blocks",
            "BLOCK decisions of the last 24 hours by reason code: the ten leading ones, and other.",
            reasons)};
  }

 private:
  const registry::Vitals& vitals_;
  const WindowLags& windows_;
};

}  // namespace

Collector blocked(const registry::Vitals& vitals, const WindowLags& windows) {
  return std::make_unique<BlockedCollector>(vitals, windows);
}

}  // namespace replay::collectors
