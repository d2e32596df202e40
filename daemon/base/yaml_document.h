#pragma once

#include <optional>
#include <string>

namespace replay {

/// Of a character in a text; both count from 1.
struct TextPlace {
  int line = 1;
  int column = 1;
};

/// Where a second document of a YAML text begins, or what yaml-cpp takes for one after a stray
/// bracket; nullopt where there is none. Asked before YAML::Load(), which would drop the rest of
/// the file unseen, and instead of YAML::LoadAll(), which makes documents of a stray bracket
/// without end, until memory is gone. Throws YAML::Exception where the text is no YAML up to there.
[[nodiscard]] std::optional<TextPlace> second_yaml_document(const std::string& text);

}  // namespace replay
