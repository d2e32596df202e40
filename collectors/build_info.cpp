#include "collectors/collectors.h"
#include "collectors/families.h"

namespace replay::collectors {
namespace {

class BuildInfoCollector final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    return {gauge("decision_replay_build_info", "The program that runs.",
                  {{{{"version", REPLAY_VERSION},
                     {"revision", REPLAY_REVISION},
                     {"compiler", REPLAY_COMPILER}},
                    1}})};
  }
};

}  // namespace

Collector build_info() { return std::make_unique<BuildInfoCollector>(); }

}  // namespace replay::collectors
