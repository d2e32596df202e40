#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/stats.h"
#include "summary/exact.h"
#include "summary/hour_summary.h"

namespace replay::summary {

/// Compares one thing after the other and keeps a sentence for each difference.
class Comparison {
 public:
  /// `stored` is null where there is no row. REQUIRES: the lags of `exact` are sorted.
  void hour(Instant start, const ExactHour& exact, const HourRow* stored);
  void facts(Instant start, const ExactHour& exact, const ExactHour& stored);
  /// Facts where the rows have no decisions at all.
  void stray_facts(std::uint64_t count, Instant from);
  /// Rows (after, upto] cannot be read.
  void unreadable(RowId after, RowId upto);
  /// `what` is in the row or on record of it, and not both.
  void of_row(RowId row, std::string_view what, bool in_row);
  void blocks(const ExactBlocks& exact, const ExactBlocks& stored);

  [[nodiscard]] std::vector<std::string> differences() && { return std::move(differences_); }

 private:
  using Counts = std::map<std::string, std::uint64_t>;

  void counts(const std::string& where, const Counts& exact, const Counts& stored,
              const std::string& place);
  void count(const std::string& where, const std::string& what, std::uint64_t exact,
             std::uint64_t stored, const std::string& place = "the summary");
  void quantile(const std::string& where, std::uint64_t percent, const ExactHour& exact,
                std::optional<double> stored, const std::string& place);
  void say(std::string sentence) { differences_.push_back(std::move(sentence)); }
  void longest(const std::string& where, const ExactHour& exact, const HourSummary& summary);

  std::vector<std::string> differences_;
};

}  // namespace replay::summary
