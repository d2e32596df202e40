#include "policy/policy.h"

#include <algorithm>
#include <ranges>

namespace replay::policy {

bool Rule::looks_at(std::string_view event_type) const {
  return std::ranges::any_of(on, [&](const Glob& pattern) { return pattern.matches(event_type); });
}

const DecisionRow* Policy::row_for(std::string_view event_type) const {
  const DecisionRow* general = nullptr;
  for (const DecisionRow& row : rows | std::views::reverse) {
    if (!row.event_type.matches(event_type)) continue;
    if (row.event_type.is_exact()) return &row;
    if (general == nullptr) general = &row;
  }
  return general;
}

}  // namespace replay::policy
