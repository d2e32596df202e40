#include "policy/loader_condition.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "policy/loader_fields.h"

namespace replay::policy {
namespace {

class ConditionLoader {
 public:
  ConditionLoader(RulePatterns* shared, Reporter& reporter)
      : shared_(shared), reporter_(reporter) {}

  ConditionPtr load(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::map || node.members.empty()) {
      reporter_.error(node,
                      "A condition is all, any, not, each, or a pointer with a comparison, "
                      "like {pointer: /command, contains: rm}; not " +
                          describe(node) + ".");
      return nullptr;
    }
    if (const YamlNode* list = node.find("all")) return group(node, "all", *list, all_of);
    if (const YamlNode* list = node.find("any")) return group(node, "any", *list, any_of);
    if (const YamlNode* inner = node.find("not")) return negation(node, *inner);
    if (node.find("each") != nullptr) return each(node);
    return comparison(node);
  }

 private:
  ConditionPtr group(const YamlNode& node, const std::string& name, const YamlNode& list,
                     ConditionPtr (*combine)(std::vector<ConditionPtr>)) {
    const Fields fields(node, "A condition with " + name, {name}, reporter_);
    if (list.kind != YamlNode::Kind::sequence || list.items.empty()) {
      reporter_.error(list,
                      "\"" + name + "\" is a list of conditions, not " + describe(list) + ".");
      return nullptr;
    }
    if (name == "all") warn_of_contradictions(list);
    std::vector<ConditionPtr> conditions;
    conditions.reserve(list.items.size());
    for (const YamlNode& item : list.items) conditions.push_back(load(item));
    if (std::ranges::any_of(conditions, [](const ConditionPtr& each) { return each == nullptr; }))
      return nullptr;
    return combine(std::move(conditions));
  }

  /// A value cannot equal two things; through a pointer with wildcards, two values can.
  void warn_of_contradictions(const YamlNode& list) {
    std::map<std::string, json::value> demanded;
    for (const YamlNode& item : list.items) {
      const YamlNode* pointer = item.find("pointer");
      const YamlNode* operand = item.find("equals");
      if (pointer == nullptr || operand == nullptr) continue;
      if (pointer->text.empty() || pointer->text.find('*') != std::string::npos) continue;
      const auto [first, is_first] = demanded.emplace(pointer->text, to_json(*operand));
      std::string problem;
      if (is_first ||
          find_operator("equals")->compile(first->second, problem).holds(to_json(*operand))) {
        continue;
      }
      reporter_.warning(*operand, "This never holds: above, " + pointer->text + " equals " +
                                      json::serialize(first->second) +
                                      R"(. Did you mean "any" or "in"?)");
    }
  }

  ConditionPtr negation(const YamlNode& node, const YamlNode& inner) {
    const Fields fields(node, "A condition with not", {"not"}, reporter_);
    ConditionPtr condition = load(inner);
    return condition == nullptr ? nullptr : not_of(std::move(condition));
  }

  ConditionPtr each(const YamlNode& node) {
    const Fields fields(node, "A condition with each", {"each", "when"}, reporter_);
    if (inside_each_) {
      reporter_.error(node, "each cannot stand inside each; write the longer pointer outside.");
      return nullptr;
    }
    const auto text = fields.text("each");
    const YamlNode* when = fields.required("when");
    auto pointer = text ? parse_pointer(*node.find("each"), *text) : std::nullopt;
    // Inside, pointers start elsewhere: the sets search from the root only.
    RulePatterns* const outside = std::exchange(shared_, nullptr);
    inside_each_ = true;
    ConditionPtr inner = when == nullptr ? nullptr : load(*when);
    inside_each_ = false;
    shared_ = outside;
    if (!pointer || inner == nullptr) return nullptr;
    return each_of(*std::move(pointer), std::move(inner));
  }

  ConditionPtr comparison(const YamlNode& node) {
    std::vector<Pointer> pointers = load_pointers(node);
    std::vector<Comparison> comparisons;
    bool failed = pointers.empty();
    for (const YamlMember& member : node.members) {
      if (member.name == "pointer") continue;
      auto compiled = load_comparison(member);
      failed = failed || !compiled;
      if (compiled) comparisons.push_back(*std::move(compiled));
    }
    if (failed) return nullptr;
    if (comparisons.empty()) {
      reporter_.error(node, "A pointer needs a comparison beside it: " + operator_names() + ".");
      return nullptr;
    }
    if (comparisons.size() > 1 && std::ranges::any_of(comparisons, &Comparison::absent)) {
      reporter_.error(node,
                      "exists: false stands alone: nothing else can hold for what is missing.");
      return nullptr;
    }
    return compare(std::move(pointers), std::move(comparisons), shared_);
  }

  std::optional<Comparison> load_comparison(const YamlMember& member) {
    const Operator* found = find_operator(member.name);
    if (found == nullptr) {
      reporter_.error(member, "There is no condition \"" + member.name +
                                  "\"; write pointer with one of " + operator_names() +
                                  ", or all, any, not, each.");
      return std::nullopt;
    }
    std::string problem;
    Comparison comparison = found->compile(to_json(member.value), problem);
    if (comparison.holds) return comparison;
    if (problem.empty()) {
      problem = "\"" + member.name + "\" takes " + std::string(found->operand) + ", not " +
                describe(member.value) + ".";
    }
    reporter_.error(member.value, problem);
    return std::nullopt;
  }

  std::vector<Pointer> load_pointers(const YamlNode& node) {
    const YamlNode* place = node.find("pointer");
    if (place == nullptr) {
      reporter_.error(node, "A condition needs a pointer, like {pointer: /command, contains: rm}.");
      return {};
    }
    const std::vector<std::string> texts = texts_of(*place, "\"pointer\"", reporter_);
    std::vector<Pointer> pointers;
    for (const std::string& text : texts) {
      if (auto pointer = parse_pointer(*place, text)) pointers.push_back(*std::move(pointer));
    }
    if (pointers.size() != texts.size()) return {};
    return pointers;
  }

  std::optional<Pointer> parse_pointer(const YamlNode& place, const std::string& text) {
    std::string problem;
    auto pointer = Pointer::parse(text, problem);
    if (!pointer) {
      reporter_.error(place, problem);
    } else if (text.starts_with("/payload/") && !inside_each_) {
      reporter_.warning(place, R"(Pointers start inside the payload: write ")" + text.substr(8) +
                                   R"(", unless the payload has a member "payload".)");
    } else if ((text.starts_with("/task_id/") || text.starts_with("/event_type/")) &&
               !inside_each_) {
      reporter_.warning(place, "This pointer reaches nothing: the event's " +
                                   text.substr(1, text.find('/', 1) - 1) + " is a string.");
    }
    return pointer;
  }

  RulePatterns* shared_;
  Reporter& reporter_;
  bool inside_each_ = false;
};

}  // namespace

ConditionPtr load_condition(const YamlNode& node, RulePatterns* shared, Reporter& reporter) {
  return ConditionLoader(shared, reporter).load(node);
}

}  // namespace replay::policy
