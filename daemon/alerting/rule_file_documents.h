#pragma once

#include <optional>
#include <string>

namespace replay::alerting {

/// The line on which a second YAML document, or what the parser takes for one, begins: after a
/// stray bracket too. The rest of the file would be left out unseen otherwise. Throws
/// YAML::Exception.
[[nodiscard]] std::optional<int> second_document_line(const std::string& yaml);

}  // namespace replay::alerting
