#pragma once

#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

namespace replay::collectors {

/// One series of a family: its label pairs and its value.
struct Series {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

// Builders of metric families. `help` is one line without backslashes: the serializer does not
// escape it.
[[nodiscard]] prometheus::MetricFamily gauge(std::string name, std::string help, double value);
[[nodiscard]] prometheus::MetricFamily gauge(std::string name, std::string help,
                                             const std::vector<Series>& series);
[[nodiscard]] prometheus::MetricFamily counter(std::string name, std::string help, double value);
[[nodiscard]] prometheus::MetricFamily counter(std::string name, std::string help,
                                               const std::vector<Series>& series);

/// For the builders: counts are 64 bits wide, samples are doubles.
template <class Number>
[[nodiscard]] double sample(Number number) {
  return static_cast<double>(number);
}

}  // namespace replay::collectors
