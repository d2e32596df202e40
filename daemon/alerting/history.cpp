#include "alerting/history.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace replay::alerting {
namespace {

/// Prometheus' --query.lookback-delta.
constexpr std::chrono::minutes kLookback{5};

}  // namespace

std::optional<double> History::Series::at(Instant when) const {
  if (gone_since && *gone_since <= when) return std::nullopt;
  const auto after = std::ranges::upper_bound(points, when, {}, &Point::at);
  if (after == points.begin()) return std::nullopt;
  const Point& newest = *std::prev(after);
  if (newest.at < when - kLookback) return std::nullopt;
  return newest.value;
}

void History::keep(const Needs& needs) {
  needs_ = needs;
  std::erase_if(series_, [&](const auto& entry) {
    return !needs_.metrics.contains(label(entry.first, kMetricName));
  });
}

void History::add(Instant when, const std::vector<Sample>& scrape) {
  if (newest_ && when <= *newest_) series_.clear();
  newest_ = when;
  for (const Sample& sample : scrape) {
    if (!needs_.metrics.contains(label(sample.labels, kMetricName))) continue;
    Series& series = series_[sample.labels];
    series.labels = sample.labels;
    series.points.push_back({when, sample.value});
    series.gone_since.reset();
  }
  for (auto& [labels, series] : series_) {
    if (series.points.back().at < when && !series.gone_since) series.gone_since = when;
  }
  drop_before(when - std::max<Duration>(needs_.range, kLookback));
}

void History::drop_before(Instant when) {
  for (auto entry = series_.begin(); entry != series_.end();) {
    auto& points = entry->second.points;
    while (!points.empty() && points.front().at < when) points.pop_front();
    entry = points.empty() ? series_.erase(entry) : std::next(entry);
  }
}

std::vector<const History::Series*> History::select(const Selector& selector) const {
  std::vector<const Series*> found;
  for (const auto& [labels, series] : series_) {
    if (label(labels, kMetricName) == selector.metric &&
        std::ranges::all_of(selector.matchers, [&](const Matcher& matcher) {
          return matcher.accepts(label(labels, matcher.label));
        })) {
      found.push_back(&series);
    }
  }
  return found;
}

}  // namespace replay::alerting
