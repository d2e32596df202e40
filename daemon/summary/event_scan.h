#pragma once

#include <optional>

#include "model/stats.h"

namespace replay::registry {
class ReadView;
}

namespace replay::summary {

/// What is to be looked at next of task_events, where rows that cannot be read are to be known: new
/// rows first, else a chunk of older ones. nullopt: nothing is left, or there is no such table.
[[nodiscard]] std::optional<EventScan> plan_event_scan(const registry::ReadView& view);

}  // namespace replay::summary
