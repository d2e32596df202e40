#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <re2/set.h>

#include "base/json.h"
#include "policy/operators.h"
#include "policy/pointer.h"

namespace replay::policy {

/// Where a condition held. Views into the document.
struct Match {
  std::string pointer;  ///< empty: the condition is about nothing in particular (`not`)
  const json::value* value = nullptr;  ///< null exactly where `pointer` is empty
  const re2::RE2* pattern = nullptr;   ///< what matched in the value, where `matches` did
};

/// All patterns that are searched for under the same pointers, as one automaton: a text is read
/// once, however many rules look at it.
///
/// Thread rule: add() before compile(), from one thread; then immutable.
class PatternSets {
 public:
  struct Slot {
    std::size_t group;
    std::size_t index;
  };

  Slot add(const std::vector<Pointer>& pointers, Pattern pattern);
  void compile();

  [[nodiscard]] std::size_t groups() const { return groups_.size(); }

 private:
  friend class PatternScan;
  struct Group {
    std::vector<Pointer> pointers;
    std::vector<Pattern> patterns;
    std::unique_ptr<re2::RE2::Set> set;  ///< null: too large for one automaton
  };
  std::vector<Group> groups_;
};

/// The sets as one rule fills them: remembers which groups the rule will ask.
struct RulePatterns {
  PatternSets& sets;
  std::vector<std::size_t> groups;

  PatternSets::Slot add(const std::vector<Pointer>& pointers, Pattern pattern);
};

/// What the sets found in one document. A value of one thread; `sets` and `document` outlive it.
class PatternScan {
 public:
  PatternScan(const PatternSets& sets, const json::value& document);

  void scan(std::size_t group);

  /// Whether first() knows the answer. False where the automaton ran out of memory: match pattern
  /// by pattern.
  [[nodiscard]] bool knows(std::size_t group) const { return results_[group].known; }

  /// The first value, in document order, that the pattern matched; nullptr where there is none.
  [[nodiscard]] const Match* first(PatternSets::Slot slot) const;

 private:
  struct Result {
    bool known = false;
    std::vector<std::optional<Match>> first;
  };
  const PatternSets& sets_;
  const json::value& document_;
  std::vector<Result> results_;
};

}  // namespace replay::policy
