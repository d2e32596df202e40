#include "policy/condition.h"

#include <algorithm>
#include <utility>

namespace replay::policy {
namespace {

class All final : public Condition {
 public:
  explicit All(std::vector<ConditionPtr> conditions) : conditions_(std::move(conditions)) {}

  std::optional<Match> holds(const Scene& scene) const override {
    Match first;
    for (const ConditionPtr& condition : conditions_) {
      auto match = condition->holds(scene);
      if (!match) return std::nullopt;
      if (first.value == nullptr) first = std::move(*match);
    }
    return first;
  }

 private:
  std::vector<ConditionPtr> conditions_;
};

class Any final : public Condition {
 public:
  explicit Any(std::vector<ConditionPtr> conditions) : conditions_(std::move(conditions)) {}

  std::optional<Match> holds(const Scene& scene) const override {
    for (const ConditionPtr& condition : conditions_) {
      if (auto match = condition->holds(scene)) return match;
    }
    return std::nullopt;
  }

 private:
  std::vector<ConditionPtr> conditions_;
};

class Not final : public Condition {
 public:
  explicit Not(ConditionPtr condition) : condition_(std::move(condition)) {}

  std::optional<Match> holds(const Scene& scene) const override {
    if (condition_->holds(scene)) return std::nullopt;
    return Match{};
  }

 private:
  ConditionPtr condition_;
};

class Each final : public Condition {
 public:
  Each(Pointer pointer, ConditionPtr inner)
      : pointer_(std::move(pointer)), inner_(std::move(inner)) {}

  std::optional<Match> holds(const Scene& scene) const override {
    std::optional<Match> found;
    pointer_.visit(scene.root, [&](const json::value& value, const Path& path) {
      const Scene part{.root = value, .scan = nullptr, .prefix = scene.prefix + to_string(path)};
      found = inner_->holds(part);
      if (found && found->value == nullptr) found = Match{part.prefix, &value, nullptr};
      return !found;
    });
    return found;
  }

 private:
  Pointer pointer_;
  ConditionPtr inner_;
};

class Compare final : public Condition {
 public:
  Compare(std::vector<Pointer> pointers, std::vector<Comparison> comparisons, RulePatterns* shared)
      : pointers_(std::move(pointers)), comparisons_(std::move(comparisons)) {
    absent_ = std::ranges::any_of(comparisons_, &Comparison::absent);
    if (shared == nullptr || comparisons_.size() != 1) return;
    for (const Pattern& pattern : comparisons_.front().patterns) {
      slots_.push_back(shared->add(pointers_, pattern));
    }
  }

  std::optional<Match> holds(const Scene& scene) const override {
    if (!slots_.empty() && scene.scan != nullptr && scene.scan->knows(slots_.front().group)) {
      return first_scanned(*scene.scan);
    }
    auto match = search(scene);
    if (!absent_) return match;
    if (match) return std::nullopt;
    return Match{};
  }

 private:
  std::optional<Match> first_scanned(const PatternScan& scan) const {
    for (const PatternSets::Slot slot : slots_) {
      if (const Match* match = scan.first(slot)) return *match;
    }
    return std::nullopt;
  }

  std::optional<Match> search(const Scene& scene) const {
    std::optional<Match> found;
    const Pointer::Visitor look = [&](const json::value& value, const Path& path) {
      const bool holds = std::ranges::all_of(
          comparisons_, [&](const Comparison& comparison) { return comparison.holds(value); });
      if (holds) found = Match{scene.prefix + to_string(path), &value, matching(value)};
      return !holds;
    };
    for (const Pointer& pointer : pointers_) {
      if (!pointer.visit(scene.root, look)) break;
    }
    return found;
  }

  /// The pattern to show in the evidence; only asked once a value matched.
  const re2::RE2* matching(const json::value& value) const;

  std::vector<Pointer> pointers_;
  std::vector<Comparison> comparisons_;
  std::vector<PatternSets::Slot> slots_;
  bool absent_ = false;
};

const re2::RE2* Compare::matching(const json::value& value) const {
  std::string buffer;
  const auto text = searchable_text(value, buffer);
  if (!text) return nullptr;
  for (const Comparison& comparison : comparisons_) {
    for (const Pattern& pattern : comparison.patterns) {
      if (finds(*pattern, *text)) return pattern.get();
    }
  }
  return nullptr;
}

}  // namespace

ConditionPtr all_of(std::vector<ConditionPtr> conditions) {
  return std::make_unique<All>(std::move(conditions));
}

ConditionPtr any_of(std::vector<ConditionPtr> conditions) {
  return std::make_unique<Any>(std::move(conditions));
}

ConditionPtr not_of(ConditionPtr condition) { return std::make_unique<Not>(std::move(condition)); }

ConditionPtr each_of(Pointer pointer, ConditionPtr inner) {
  return std::make_unique<Each>(std::move(pointer), std::move(inner));
}

ConditionPtr compare(std::vector<Pointer> pointers, std::vector<Comparison> comparisons,
                     RulePatterns* shared) {
  return std::make_unique<Compare>(std::move(pointers), std::move(comparisons), shared);
}

}  // namespace replay::policy
