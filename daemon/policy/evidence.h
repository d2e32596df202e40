#pragma once

#include "base/json.h"
#include "policy/pattern_sets.h"

namespace replay::policy {

/// `pointer` and `value`: a short excerpt, around what matched, cut between characters. A number,
/// boolean or null stays what it is; an array or object is shown as the beginning of its text.
/// Empty for a match that is about no value.
[[nodiscard]] json::object evidence_of(const Match& match);

}  // namespace replay::policy
