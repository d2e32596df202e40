#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace replay {

/// An identifier that cannot be taken for another kind: any text, never empty by our own making.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

using TaskId = Id<struct TaskTag>;
using EventId = Id<struct EventTag>;
using DecisionId = Id<struct DecisionTag>;
using RuleId = Id<struct RuleTag>;

/// SQLite's rowid: the arrival order inside one table.
using RowId = std::int64_t;

}  // namespace replay

template <class Tag>
struct std::hash<replay::Id<Tag>> {
  std::size_t operator()(const replay::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
