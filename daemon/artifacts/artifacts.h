#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace replay::artifacts {

/// A file that belongs to other programs and comes with this one: rules, dashboards.
struct Artifact {
  std::string path;  ///< "rules/decision-replay.rules.yml"
  std::string version;
  std::string sha256;  ///< of the content
  std::string_view content;
};

/// The rule file that the daemon evaluates itself where none is configured.
inline constexpr std::string_view kRules = "rules/decision-replay.rules.yml";

/// Every artifact of this program, by path. The versions are those of the manifests.
[[nodiscard]] std::vector<Artifact> all();

/// The manifests, `rules/MANIFEST` and `grafana/MANIFEST`, which say what each version was; without
/// a version themselves.
[[nodiscard]] std::vector<Artifact> manifests();

/// The content of one. REQUIRES: there is an artifact of that path.
[[nodiscard]] std::string_view content(std::string_view path);

}  // namespace replay::artifacts
