#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace replay::config {

/// The known name with the fewest edits (insert, remove, replace a letter) from `name`; the first
/// of equals. REQUIRES: `known` is not empty.
[[nodiscard]] std::string nearest(std::string_view name, const std::vector<std::string>& known);

}  // namespace replay::config
