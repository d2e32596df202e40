#include "artifacts/artifacts.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <sstream>
#include <utility>

#include "base/sha256.h"

namespace replay::artifacts {

std::vector<std::pair<std::string_view, std::string_view>> embedded_files();  // generated

namespace {

constexpr std::string_view kManifest = "MANIFEST";

bool is_manifest(std::string_view path) { return path.ends_with(kManifest); }

/// The newest version of each path in every manifest.
std::map<std::string, std::string> versions() {
  std::map<std::string, std::string> found;
  for (const auto& [path, content] : embedded_files()) {
    if (!is_manifest(path)) continue;
    const std::string folder(path.substr(0, path.size() - kManifest.size()));
    std::istringstream lines{std::string(content)};
    std::string sha256;
    std::string version;
    std::string name;
    while (lines >> sha256 >> version >> name) found[folder + name] = version;
  }
  return found;
}

std::vector<Artifact> files(bool of_manifests) {
  const auto known = versions();
  std::vector<Artifact> found;
  for (const auto& [path, content] : embedded_files()) {
    if (is_manifest(path) != of_manifests) continue;
    const auto version = known.find(std::string(path));
    found.push_back({std::string(path), version == known.end() ? "" : version->second,
                     sha256_hex(content), content});
  }
  std::ranges::sort(found, {}, &Artifact::path);
  return found;
}

}  // namespace

std::vector<Artifact> all() { return files(false); }

std::vector<Artifact> manifests() { return files(true); }

std::string_view content(std::string_view path) {
  const auto embedded = embedded_files();
  const auto found = std::ranges::find(embedded, path, [](const auto& file) { return file.first; });
  assert(found != embedded.end());
  return found->second;
}

}  // namespace replay::artifacts
