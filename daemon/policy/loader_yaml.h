#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "policy/engine.h"

namespace replay::policy {

struct YamlMember;

/// A YAML value with the place where it was written. Aliases are resolved, so it is a tree.
struct YamlNode {
  enum class Kind { null, scalar, sequence, map };

  Kind kind = Kind::null;
  std::string text;     ///< of a scalar
  bool quoted = false;  ///< a scalar that is a string whatever it looks like
  int line = 0;
  int column = 0;
  std::vector<YamlNode> items;      ///< of a sequence
  std::vector<YamlMember> members;  ///< of a map, in order; names may repeat

  /// The first member of that name; nullptr where there is none, or this is no map.
  [[nodiscard]] const YamlNode* find(std::string_view name) const;
};

struct YamlMember {
  std::string name;
  int line = 0;
  int column = 0;
  YamlNode value;
};

/// Collects what is wrong with one file.
class Reporter {
 public:
  Reporter(std::string file, std::vector<Diagnostic>& diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  template <class Place>
  void error(const Place& place, std::string message) {
    add(Diagnostic::Level::error, place.line, place.column, std::move(message));
  }
  template <class Place>
  void warning(const Place& place, std::string message) {
    add(Diagnostic::Level::warning, place.line, place.column, std::move(message));
  }

 private:
  void add(Diagnostic::Level level, int line, int column, std::string message);

  std::string file_;
  std::vector<Diagnostic>& diagnostics_;
};

/// The one document in `text`; nullopt where it is no YAML, or nests or grows (through aliases)
/// beyond what a policy needs: that is reported. So are members written twice.
[[nodiscard]] std::optional<YamlNode> parse_yaml(const std::string& text, Reporter& reporter);

/// A plain scalar as YAML's core schema reads it: null, true, 3, 0.5; else a string.
[[nodiscard]] json::value to_json(const YamlNode& node);

/// "a list", "a number" …: what the node is, for messages.
[[nodiscard]] std::string describe(const YamlNode& node);

}  // namespace replay::policy
