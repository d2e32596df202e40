#include "config/nearest.h"

#include <algorithm>
#include <numeric>

namespace replay::config {
namespace {

/// Levenshtein's distance, a row of the table at a time.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  return *std::min_element(
      known.begin(), known.end(),
      [&](const std::string& a, const std::string& b) { return edits(name, a) < edits(name, b); });
}

}  // namespace replay::config
