#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerting/expression.h"
#include "alerting/sample.h"
#include "base/time.h"

namespace replay::alerting {

/// The samples of the recent past, as Prometheus would keep them: of the metrics that the rules
/// read, for as long as they look back.
///
/// A series that a scrape no longer has is gone from then on (Prometheus' staleness marker); where
/// scrapes are missing altogether, a series counts for five minutes after its last sample. Not
/// synchronised.
class History {
 public:
  struct Point {
    Instant at;
    double value = 0;
  };

  struct Series {
    Labels labels;
    std::deque<Point> points;                ///< oldest first
    std::optional<Instant> gone_since = {};  ///< the scrape that lacked it

    /// Its value at that instant; nullopt where it has none.
    [[nodiscard]] std::optional<double> at(Instant when) const;
  };

  /// What to keep from now on; series that are not needed any more are dropped.
  void keep(const Needs& needs);

  /// One whole scrape. Where the clock has stepped back, what was known is forgotten.
  void add(Instant when, const std::vector<Sample>& scrape);

  /// Every series of the metric that the matchers accept. Valid until the next change.
  [[nodiscard]] std::vector<const Series*> select(const Selector& selector) const;

 private:
  void drop_before(Instant when);

  Needs needs_;
  std::map<Labels, Series> series_;  ///< by their labels, so that those of a metric may be anywhere
  std::optional<Instant> newest_;
};

}  // namespace replay::alerting
