#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace replay::testing {

/// The text as a segment of a path: every byte that is no letter or digit as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// The target of every GET there is, those of a task or a decision for each of the ids.
[[nodiscard]] std::vector<std::string> every_get(const std::vector<std::string>& tasks,
                                                 const std::vector<std::string>& decisions);

}  // namespace replay::testing
