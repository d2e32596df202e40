#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "policy/operators.h"
#include "policy/pattern_sets.h"
#include "policy/pointer.h"

namespace replay::policy {

/// What conditions are asked about.
struct Scene {
  const json::value& root;
  const PatternScan* scan = nullptr;  ///< of the same root; null: match pattern by pattern
  std::string prefix;  ///< the way to `root`, where it is only a part of the document
};

/// `when`, compiled. Immutable; safe from any thread.
class Condition {
 public:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  virtual ~Condition() = default;

  /// Where it holds, nullopt where it does not.
  [[nodiscard]] virtual std::optional<Match> holds(const Scene& scene) const = 0;
};

using ConditionPtr = std::unique_ptr<const Condition>;

/// Holds where all do; the match is the first one that is about a value.
[[nodiscard]] ConditionPtr all_of(std::vector<ConditionPtr> conditions);
[[nodiscard]] ConditionPtr any_of(std::vector<ConditionPtr> conditions);
[[nodiscard]] ConditionPtr not_of(ConditionPtr condition);

/// Holds where `inner`, with its pointers starting at one of the values that `pointer` reaches,
/// does.
[[nodiscard]] ConditionPtr each_of(Pointer pointer, ConditionPtr inner);

/// Holds where one of the pointers reaches a value for which every comparison holds; with
/// `exists: false`, where none reaches anything. Patterns that stand alone join `shared`, if it is
/// given.
[[nodiscard]] ConditionPtr compare(std::vector<Pointer> pointers,
                                   std::vector<Comparison> comparisons, RulePatterns* shared);

}  // namespace replay::policy
