#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/time.h"

namespace replay::config {

/// One value of a configuration file, read as the kind its key asks for.
///
/// Each reading throws Error(malformed) with file, line, key and what to write instead.
/// Lifetime: shorter than the document it points into.
class Setting {
 public:
  Setting(const std::filesystem::path& file, std::string key, const YAML::Node& node)
      : file_(file), key_(std::move(key)), node_(node) {}

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::optional<std::string> text_or_null() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] bool yes() const;
  [[nodiscard]] std::uint64_t whole(std::uint64_t lowest, std::uint64_t highest) const;
  [[nodiscard]] Duration length(Duration lowest, Duration highest) const;

  /// A path as its user means it: relative to the file's own directory. An empty text stays empty.
  [[nodiscard]] std::filesystem::path beside(const std::string& path) const;

  /// "file:line: registry.path <problem>"
  [[noreturn]] void refuse(const std::string& problem) const;

 private:
  const std::filesystem::path& file_;
  std::string key_;
  YAML::Node node_;
};

/// "file:line: "
[[nodiscard]] std::string place(const std::filesystem::path& file, const YAML::Mark& mark);

}  // namespace replay::config
