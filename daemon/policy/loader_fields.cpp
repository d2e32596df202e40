#include "policy/loader_fields.h"

#include <algorithm>

namespace replay::policy {
namespace {

constexpr std::size_t kLongestId = 100;

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == ':' || c == '-';
}

}  // namespace

std::string joined(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

Fields::Fields(const YamlNode& node, std::string_view what,
               std::initializer_list<std::string_view> names, Reporter& reporter)
    : node_(node), what_(what), reporter_(reporter) {
  if (node.kind != YamlNode::Kind::map) {
    reporter.error(node,
                   what_ + " is a map with " + joined(names) + ", not " + describe(node) + ".");
    return;
  }
  for (const YamlMember& member : node.members) {
    if (std::ranges::find(names, member.name) != names.end()) continue;
    reporter.error(member,
                   what_ + " has no \"" + member.name + "\"; it takes " + joined(names) + ".");
  }
}

const YamlNode* Fields::required(std::string_view name) const {
  const YamlNode* found = node_.find(name);
  if (found == nullptr && node_.kind == YamlNode::Kind::map) {
    reporter_.error(node_, what_ + " needs \"" + std::string(name) + "\".");
  }
  return found;
}

std::optional<std::string> Fields::text(std::string_view name) const {
  const YamlNode* node = required(name);
  if (node == nullptr) return std::nullopt;
  return text_of(*node, "\"" + std::string(name) + "\"", reporter_);
}

std::optional<std::string> Fields::id(std::string_view name) const {
  auto id = text(name);
  if (!id) return std::nullopt;
  if (id->size() <= kLongestId && std::ranges::all_of(*id, is_id_character)) return id;
  reporter_.error(*node_.find(name), "\"" + std::string(name) + "\" is at most " +
                                         std::to_string(kLongestId) +
                                         " letters, digits and _ . : - without blanks.");
  return std::nullopt;
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  const YamlNode* node = required(name);
  if (node == nullptr) return {};
  return texts_of(*node, "\"" + std::string(name) + "\"", reporter_);
}

std::optional<std::string> text_of(const YamlNode& node, std::string_view what,
                                   Reporter& reporter) {
  if (node.kind == YamlNode::Kind::scalar && !node.text.empty()) return node.text;
  const std::string found = node.kind == YamlNode::Kind::scalar ? "empty" : describe(node);
  reporter.error(node, std::string(what) + " is a text, not " + found + ".");
  return std::nullopt;
}

std::vector<std::string> texts_of(const YamlNode& node, std::string_view what, Reporter& reporter) {
  std::vector<std::string> texts;
  if (node.kind == YamlNode::Kind::scalar) {
    if (auto only = text_of(node, what, reporter)) texts.push_back(*std::move(only));
    return texts;
  }
  if (node.kind != YamlNode::Kind::sequence || node.items.empty()) {
    reporter.error(node, std::string(what) + " is a text or a list of texts, like [A, B].");
    return texts;
  }
  for (const YamlNode& item : node.items) {
    if (auto text = text_of(item, "Each of " + std::string(what), reporter)) {
      texts.push_back(*std::move(text));
    }
  }
  return texts;
}

std::optional<std::uint64_t> count_of(const YamlNode& node, std::string_view what,
                                      Reporter& reporter) {
  const json::value value = to_json(node);
  if (const std::int64_t* count = value.if_int64(); count != nullptr && *count >= 0) {
    return static_cast<std::uint64_t>(*count);
  }
  reporter.error(node,
                 std::string(what) + " is a whole number from 0, not " + describe(node) + ".");
  return std::nullopt;
}

}  // namespace replay::policy
