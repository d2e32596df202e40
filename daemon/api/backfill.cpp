#include "api/backfill.h"

namespace replay::api {

json::value with_backfill(const registry::ReadView& view, json::value statistics) {
  const FoldState state = view.fold_state();
  if (state.low > 0 || state.clearing) statistics.as_object()["rows_behind"] = state.behind;
  return statistics;
}

}  // namespace replay::api
