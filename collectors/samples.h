#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "alerting/sample.h"

namespace replay::collectors {

/// The samples that a Prometheus would store of these families, a histogram's as `_bucket`, `_sum`
/// and `_count`, without the labels of the target.
[[nodiscard]] std::vector<alerting::Sample> samples(
    const std::vector<prometheus::MetricFamily>& families);

}  // namespace replay::collectors
