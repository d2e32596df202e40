#include "policy/pattern_sets.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

namespace replay::policy {
namespace {

/// A bound, for hostile texts. With half of it, RE2 throws the automaton of the shipped redlines
/// away between ordinary texts, and is twenty times slower.
constexpr std::int64_t kSetMemoryBytes = 64 << 20;

bool same_pointers(const std::vector<Pointer>& a, const std::vector<Pointer>& b) {
  return std::ranges::equal(a, b, {}, &Pointer::text, &Pointer::text);
}

}  // namespace

PatternSets::Slot PatternSets::add(const std::vector<Pointer>& pointers, Pattern pattern) {
  auto group = std::ranges::find_if(
      groups_, [&](const Group& other) { return same_pointers(other.pointers, pointers); });
  if (group == groups_.end()) {
    groups_.push_back({pointers, {}, nullptr});
    group = std::prev(groups_.end());
  }
  group->patterns.push_back(std::move(pattern));
  return {static_cast<std::size_t>(group - groups_.begin()), group->patterns.size() - 1};
}

void PatternSets::compile() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kSetMemoryBytes);
  for (Group& group : groups_) {
    auto set = std::make_unique<re2::RE2::Set>(options, re2::RE2::UNANCHORED);
    const bool added = std::ranges::all_of(group.patterns, [&](const Pattern& pattern) {
      return set->Add(pattern->pattern(), nullptr) >= 0;
    });
    if (added && set->Compile()) group.set = std::move(set);
  }
}

PatternSets::Slot RulePatterns::add(const std::vector<Pointer>& pointers, Pattern pattern) {
  const PatternSets::Slot slot = sets.add(pointers, std::move(pattern));
  if (std::ranges::find(groups, slot.group) == groups.end()) groups.push_back(slot.group);
  return slot;
}

PatternScan::PatternScan(const PatternSets& sets, const json::value& document)
    : sets_(sets), document_(document), results_(sets.groups()) {}

void PatternScan::scan(std::size_t group_number) {
  const PatternSets::Group& group = sets_.groups_[group_number];
  Result& result = results_[group_number];
  if (group.set == nullptr) return;
  result.first.resize(group.patterns.size());
  std::string buffer;
  std::vector<int> matched;
  const Pointer::Visitor look = [&](const json::value& value, const Path& path) {
    const auto text = searchable_text(value, buffer);
    if (!text) return true;
    re2::RE2::Set::ErrorInfo error{};
    if (!group.set->Match(re2::StringPiece(text->data(), text->size()), &matched, &error)) {
      return error.kind == re2::RE2::Set::kNoError;
    }
    for (const int index : matched) {
      const auto at = static_cast<std::size_t>(index);
      if (!result.first[at]) {
        result.first[at] = Match{to_string(path), &value, group.patterns[at].get()};
      }
    }
    return true;
  };
  result.known = std::ranges::all_of(
      group.pointers, [&](const Pointer& pointer) { return pointer.visit(document_, look); });
}

const Match* PatternScan::first(PatternSets::Slot slot) const {
  const auto& match = results_[slot.group].first[slot.index];
  return match ? &*match : nullptr;
}

}  // namespace replay::policy
