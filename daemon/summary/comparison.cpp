#include "summary/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"

namespace replay::summary {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

constexpr std::array<std::uint64_t, 4> kPercentiles{50, 90, 95, 99};
constexpr double kPromisedError = 0.01;
constexpr double kLargestLag = 1e9;  // the sketch's documented range, seconds

std::string name_of(Instant hour) { return format_instant(hour).substr(0, 13); }

std::string in_seconds(std::optional<double> seconds) {
  if (!seconds) return "nothing";
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.6g s", *seconds);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::uint64_t count_in(const Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

/// The column is JSON, which other types cannot be in as they are.
Counts as_utf8(const Counts& types) {
  Counts readable;
  for (const auto& [type, count] : types) readable[to_utf8(type)] += count;
  return readable;
}

Counts counts_in_json(const std::string& text) {
  Counts counts;
  const auto document = parse_json(text);
  if (!document || !document->is_object()) return counts;
  for (const auto& [name, value] : document->get_object()) {
    json::error_code not_a_count;
    counts[std::string(name)] = value.to_number<std::uint64_t>(not_a_count);
  }
  return counts;
}

}  // namespace

void Comparison::count(const std::string& where, const std::string& what, std::uint64_t exact,
                       std::uint64_t stored, const std::string& place) {
  if (exact == stored) return;
  say(where + ": " + std::to_string(exact) + " " + what + " in the rows, " +
      std::to_string(stored) + " in " + place + ".");
}

void Comparison::counts(const std::string& where, const Counts& exact, const Counts& stored,
                        const std::string& place) {
  Counts names = exact;
  names.insert(stored.begin(), stored.end());
  for (const auto& [name, ignored] : names) {
    count(where, name, count_in(exact, name), count_in(stored, name), place);
  }
}

void Comparison::quantile(const std::string& where, std::uint64_t percent, const ExactHour& exact,
                          std::optional<double> stored, const std::string& place) {
  std::optional<double> truth;
  if (!exact.lags.empty()) truth = std::min(exact_percentile(exact.lags, percent), kLargestLag);
  const bool agree =
      truth && stored ? std::abs(*stored - *truth) <= kPromisedError * *truth : truth == stored;
  if (agree) return;
  say(where + ": the " + std::to_string(percent) + "th percentile of the lags is " +
      in_seconds(truth) + " in the rows, " + in_seconds(stored) + " in " + place + ".");
}

void Comparison::longest(const std::string& where, const ExactHour& exact,
                         const HourSummary& summary) {
  const std::size_t expected = std::min(exact.lags.size(), HourSummary::kSlowest);
  bool agree = summary.slowest.size() == expected;
  for (std::size_t i = 0; agree && i < expected; ++i) {
    agree = summary.slowest[i].lag.count() == exact.lags[exact.lags.size() - 1 - i];
  }
  if (!agree) say(where + ": the longest lags in the summary are not those of the rows.");
}

void Comparison::hour(Instant start, const ExactHour& exact, const HourRow* stored) {
  const std::string where = name_of(start);
  if (stored == nullptr) {
    say(where + ": the rows hold decisions, but there is no summary.");
    return;
  }
  HourSummary summary;
  try {
    summary = HourSummary::from_row(*stored);
  } catch (const Error& damaged) {
    say(where + ": " + damaged.what());
    return;
  }
  counts(where, exact.types, summary.decision_types, "the summary");
  counts(where, as_utf8(exact.types), counts_in_json(stored->decision_types),
         "the column decision_types");
  count(where, "lags", exact.lags.size(), summary.lags.count());
  count(where, "lags from the columns", exact.lags_from_columns, summary.lags_from_columns);
  for (const std::uint64_t percent : kPercentiles) {
    quantile(where, percent, exact, summary.lags.quantile(static_cast<double>(percent) / 100),
             "the summary");
  }
  quantile(where, 50, exact, stored->lag_p50, "the column lag_p50");
  quantile(where, 95, exact, stored->lag_p95, "the column lag_p95");
  longest(where, exact, summary);
}

void Comparison::facts(Instant start, const ExactHour& exact, const ExactHour& stored) {
  counts(name_of(start), exact.types, stored.types, "the facts");
  if (stored.types == exact.types && stored.fingerprint != exact.fingerprint) {
    say(name_of(start) + ": the facts are not those of the rows.");
  }
}

void Comparison::stray_facts(std::uint64_t count, Instant from) {
  if (count == 0) return;
  say(std::to_string(count) + " facts from " + format_instant(from) +
      " on belong to no decision in the rows.");
}

void Comparison::unreadable(RowId after, RowId upto) {
  say("Rows " + std::to_string(after + 1) + " to " + std::to_string(upto) +
      " cannot be read: the registry's file is damaged there.");
}

void Comparison::of_row(RowId row, std::string_view what, bool in_row) {
  say("Row " + std::to_string(row) + ": " + std::string(what) +
      (in_row ? " is not on record." : " is on record, but not so in the row."));
}

void Comparison::blocks(const ExactBlocks& exact, const ExactBlocks& stored) {
  std::set<TaskId> tasks;
  for (const auto& [task, blocks] : exact.tasks) tasks.insert(task);
  for (const auto& [task, blocks] : stored.tasks) tasks.insert(task);
  for (const TaskId& task : tasks) {
    const auto truth = exact.tasks.find(task);
    const auto kept = stored.tasks.find(task);
    const std::string where = "Task " + task.str();
    const ExactBlocks::OfTask none;
    const ExactBlocks::OfTask& a = truth == exact.tasks.end() ? none : truth->second;
    const ExactBlocks::OfTask& b = kept == stored.tasks.end() ? none : kept->second;
    count(where, "blocks", a.count, b.count);
    if (a.count == b.count && (a.last_at != b.last_at || a.last_reason != b.last_reason)) {
      say(where + ": the latest block is " + format_instant(a.last_at) + " \"" + a.last_reason +
          "\" in the rows, " + format_instant(b.last_at) + " \"" + b.last_reason +
          "\" in the summary.");
    }
  }
  counts("Reasons", exact.reasons, stored.reasons, "the summary");
}

}  // namespace replay::summary
