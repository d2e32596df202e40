#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace replay::api {

/// A JSON object written member by member, so that stored documents go into it as they are,
/// unparsed.
class ObjectText {
 public:
  ObjectText& add(std::string_view name, const json::value& value) {
    return add_text(name, to_text(value));
  }

  /// REQUIRES: `document` is the text of a JSON document.
  ObjectText& add_text(std::string_view name, std::string_view document);

  [[nodiscard]] std::string finish() && { return std::move(text_ += '}'); }

 private:
  std::string text_ = "{";
};

/// REQUIRES: each is the text of a JSON document.
[[nodiscard]] std::string array_text(const std::vector<std::string>& documents);

}  // namespace replay::api
