#include "artifacts/artifacts.h"

#include <vector>

#include "collectors/collectors.h"
#include "collectors/families.h"

namespace replay::collectors {
namespace {

class ArtifactsCollector final : public prometheus::Collectable {
 public:
  ArtifactsCollector() {
    for (const artifacts::Artifact& artifact : artifacts::all()) {
      series_.push_back({{{"artifact", artifact.path},
                          {"version", artifact.version},
                          {"sha256", artifact.sha256}},
                         1});
    }
  }

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    return {gauge("decision_replay_artifact_info",
                  "The rules and dashboards that come with this program.", series_)};
  }

 private:
  std::vector<Series> series_;
};

}  // namespace

Collector artifacts() { return std::make_unique<ArtifactsCollector>(); }

}  // namespace replay::collectors
