#pragma once

#include "base/json.h"
#include "registry/read_view.h"

namespace replay::api {

/// The statistics as they are; while older rows are still being folded into the summaries, with
/// `rows_behind`, because they are not counted yet.
[[nodiscard]] json::value with_backfill(const registry::ReadView& view, json::value statistics);

}  // namespace replay::api
