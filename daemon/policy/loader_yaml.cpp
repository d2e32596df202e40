#include "policy/loader_yaml.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/yaml_document.h"

namespace replay::policy {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 50'000;

/// Copies yaml-cpp's graph into a tree. An alias is a second way to the same node, even to one
/// around it, so depth and size are bounded here.
class TreeBuilder {
 public:
  explicit TreeBuilder(Reporter& reporter) : reporter_(reporter) {}

  std::optional<YamlNode> build(const YAML::Node& root) {
    YamlNode node = copy(root, 0);
    if (too_large_) {
      reporter_.error(node, "This nests deeper or is larger than a policy may be: at most " +
                                std::to_string(kMaxDepth) + " levels and " +
                                std::to_string(kMaxNodes) + " values, aliases counted out.");
      return std::nullopt;
    }
    return node;
  }

 private:
  YamlNode copy(const YAML::Node& from, int depth) {
    YamlNode node;
    node.line = from.Mark().line + 1;
    node.column = from.Mark().column + 1;
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      too_large_ = true;
      return node;
    }
    if (from.IsScalar()) {
      node.kind = YamlNode::Kind::scalar;
      node.text = from.Scalar();
      node.quoted = from.Tag() == "!" || from.Tag() == "tag:yaml.org,2002:str";
    } else if (from.IsSequence()) {
      node.kind = YamlNode::Kind::sequence;
      for (const YAML::Node& item : from) {
        if (too_large_) break;
        node.items.push_back(copy(item, depth + 1));
      }
    } else if (from.IsMap()) {
      node.kind = YamlNode::Kind::map;
      copy_members(from, node, depth);
    }
    return node;
  }

  void copy_members(const YAML::Node& from, YamlNode& node, int depth) {
    std::set<std::string> names;
    for (const auto& entry : from) {
      if (too_large_) break;
      const YAML::Node& key = entry.first;
      YamlMember member{.name = {},
                        .line = key.Mark().line + 1,
                        .column = key.Mark().column + 1,
                        .value = copy(entry.second, depth + 1)};
      if (!key.IsScalar()) {
        reporter_.error(member, "A name must be plain text here.");
        continue;
      }
      member.name = key.Scalar();
      if (!names.insert(member.name).second) {
        reporter_.error(member, "\"" + member.name + "\" is written twice; keep one of them.");
      }
      node.members.push_back(std::move(member));
    }
  }

  Reporter& reporter_;
  std::size_t nodes_ = 0;
  bool too_large_ = false;
};

std::string syntax_message(const YAML::Exception& problem) {
  std::string message = "This is not YAML: " + problem.msg + ".";
  if (problem.msg.find("anchor") != std::string::npos ||
      problem.msg.find("alias") != std::string::npos) {
    message += " A value that begins with * or & must be in quotes, like \"*_COMPLETED\".";
  }
  return message;
}

std::optional<json::value> number(const std::string& text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::int64_t whole = 0;
  if (const auto [stop, error] = std::from_chars(begin, end, whole);
      error == std::errc() && stop == end) {
    return whole;
  }
  // Not "inf", "nan" or "1.": from_chars takes more than YAML calls a number.
  const bool looks_so = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  double real = 0;
  if (const auto [stop, error] = std::from_chars(begin, end, real);
      looks_so && error == std::errc() && stop == end) {
    return real;
  }
  return std::nullopt;
}

json::value scalar_value(const YamlNode& node) {
  if (node.quoted) return json::string(node.text);
  if (node.text == "null" || node.text == "Null" || node.text == "NULL" || node.text == "~" ||
      node.text.empty()) {
    return nullptr;
  }
  if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
  if (node.text == "false" || node.text == "False" || node.text == "FALSE") return false;
  if (auto value = number(node.text)) return *value;
  return json::string(node.text);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &YamlMember::name);
  return found == members.end() ? nullptr : &found->value;
}

void Reporter::add(Diagnostic::Level level, int line, int column, std::string message) {
  diagnostics_.push_back({level, file_, line, column, std::move(message)});
}

std::optional<YamlNode> parse_yaml(const std::string& text, Reporter& reporter) {
  YamlNode place;
  place.line = place.column = 1;
  try {
    if (const auto second = second_yaml_document(text)) {
      place.line = second->line;
      place.column = second->column;
      reporter.error(place,
                     "The document ends before this: a stray bracket, or a second one (---). A "
                     "file holds one.");
      return std::nullopt;
    }
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) {
      reporter.error(place, "The file is empty.");
      return std::nullopt;
    }
    return TreeBuilder(reporter).build(root);
  } catch (const YAML::Exception& problem) {
    place.line = problem.mark.line + 1;
    place.column = problem.mark.column + 1;
    reporter.error(place, syntax_message(problem));
    return std::nullopt;
  }
}

json::value to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return nullptr;
    case YamlNode::Kind::scalar:
      return scalar_value(node);
    case YamlNode::Kind::sequence: {
      json::array array;
      for (const YamlNode& item : node.items) array.push_back(to_json(item));
      return array;
    }
    case YamlNode::Kind::map: {
      json::object object;
      for (const YamlMember& member : node.members) object[member.name] = to_json(member.value);
      return object;
    }
  }
  return nullptr;
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return "\"" + node.text + "\"";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return {};
}

}  // namespace replay::policy
