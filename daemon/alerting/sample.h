#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace replay::alerting {

/// Label values by name. The metric's own name is the label `__name__`. No value is empty: to
/// Prometheus an empty label is a missing one.
using Labels = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view kMetricName = "__name__";

/// The value of a label, "" where it is missing.
[[nodiscard]] inline std::string_view label(const Labels& labels, std::string_view name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

/// The labels by which series are matched: all but the metric's name.
[[nodiscard]] inline Labels without_name(Labels labels) {
  if (const auto name = labels.find(kMetricName); name != labels.end()) labels.erase(name);
  return labels;
}

struct Sample {
  Labels labels;
  double value = 0;
};

/// What an expression selects at one instant: at most one sample for each set of labels, in no
/// particular order.
using Vector = std::vector<Sample>;

}  // namespace replay::alerting
