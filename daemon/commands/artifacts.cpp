#include "artifacts/artifacts.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/file.h"
#include "commands/commands.h"

namespace replay::commands {
namespace {

using artifacts::Artifact;

std::vector<Artifact> tree() {
  std::vector<Artifact> files = artifacts::all();
  std::ranges::move(artifacts::manifests(), std::back_inserter(files));
  return files;
}

/// "missing", "differs", or "" where the file is what this program has.
std::string difference(const std::filesystem::path& file, const Artifact& artifact) {
  if (!std::filesystem::exists(file)) return "missing";
  return read_file(file) == artifact.content ? "" : "differs";
}

int list() {
  for (const Artifact& artifact : artifacts::all()) {
    std::cout << artifact.sha256 << "  " << artifact.version << "  " << artifact.path << '\n';
  }
  return 0;
}

void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) throw Error(ErrorKind::unavailable, path.string() + " cannot be written.");
}

int export_to(const std::filesystem::path& directory, bool force) {
  std::size_t kept = 0;
  for (const Artifact& artifact : tree()) {
    if (difference(directory / artifact.path, artifact) != "differs" || force) continue;
    std::cerr << "decision-replay: " << (directory / artifact.path).string()
              << " is another version\n";
    ++kept;
  }
  if (kept != 0) {
    throw Error(ErrorKind::conflict,
                "Nothing was written; --force overwrites what differs, or name another directory.");
  }
  try {
    for (const Artifact& artifact : tree()) write(directory / artifact.path, artifact.content);
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(ErrorKind::unavailable, std::string("Cannot write: ") + error.what() + ".");
  }
  std::cout << tree().size() << " files are in " << directory.string() << '\n';
  return 0;
}

int verify(const std::filesystem::path& directory) {
  int code = 0;
  for (const Artifact& artifact : tree()) {
    const std::string what = difference(directory / artifact.path, artifact);
    if (what.empty()) continue;
    std::cout << artifact.path << ": " << what << '\n';
    code = 1;
  }
  if (code == 0) std::cout << "Every file is as in this version.\n";
  return code;
}

}  // namespace

void add_artifacts(CLI::App& program, Command& chosen) {
  CLI::App* command = program.add_subcommand(
      "artifacts", "Prometheus rules, Alertmanager configuration and dashboards of this version.");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  decision-replay artifacts list\n"
      "  decision-replay artifacts export /etc/decision-replay/artifacts\n"
      "  decision-replay artifacts verify /etc/decision-replay/artifacts");

  CLI::App* listing = command->add_subcommand("list", "Print SHA-256, version and path of each.");
  listing->callback([&chosen] { chosen = list; });

  const auto directory = std::make_shared<std::string>();
  const auto force = std::make_shared<bool>(false);
  CLI::App* exporting = command->add_subcommand(
      "export", "Write them into a directory, all or, where a file there differs, none.");
  exporting->add_option("DIR", *directory, "The directory, made where it is missing")->required();
  exporting->add_flag("--force", *force, "Overwrite files that differ");
  exporting->callback([&chosen, directory, force] {
    chosen = [directory, force] { return export_to(*directory, *force); };
  });

  CLI::App* verifying = command->add_subcommand(
      "verify", "Compare a directory with them; exit code 1 where a file is missing or differs.");
  verifying->add_option("DIR", *directory, "The directory")->required();
  verifying->callback(
      [&chosen, directory] { chosen = [directory] { return verify(*directory); }; });
}

}  // namespace replay::commands
