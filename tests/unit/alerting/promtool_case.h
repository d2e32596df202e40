#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/sample.h"
#include "base/time.h"

namespace replay::testing {

/// The values of a series in promtool's notation: `1 2 3`, `0+10x5`, `7x3`, `_`, `_x4`, `stale`;
/// nullopt where there is no sample. Throws std::runtime_error for anything else.
std::vector<std::optional<double>> series_values(std::string_view notation);

struct PromtoolSeries {
  alerting::Labels labels;
  std::vector<std::optional<double>> values;
};

struct ExpectedAlert {
  alerting::Labels labels;  ///< with alertname
  std::map<std::string, std::string> annotations;

  bool operator==(const ExpectedAlert&) const = default;
  auto operator<=>(const ExpectedAlert&) const = default;
};

/// Which alerts of a name fire at an instant, counted from the beginning.
struct AlertCheck {
  Duration at{};
  std::string alert;
  std::vector<ExpectedAlert> expected;
};

/// One test of a file for `promtool test rules`.
struct PromtoolCase {
  std::string name;
  Duration interval{};             ///< between samples
  Duration evaluation_interval{};  ///< between evaluations
  std::vector<PromtoolSeries> series;
  std::vector<AlertCheck> checks;
};

/// Every test of a file; throws std::exception where it cannot be read.
std::vector<PromtoolCase> promtool_cases(const std::filesystem::path& file);

}  // namespace replay::testing
