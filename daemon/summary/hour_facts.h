#pragma once

#include "base/time.h"
#include "model/stats.h"
#include "summary/hour_summary.h"

namespace replay::registry {
class ReadView;
}

namespace replay::summary {

/// An hour made from the stored facts, which are its truth.
[[nodiscard]] HourSummary hour_of_facts(const registry::ReadView& view, Instant start);

/// Adds to `correction` the hours that its facts, gone or to be put, belong to.
void correct_hours(const registry::ReadView& view, Correction& correction);

}  // namespace replay::summary
