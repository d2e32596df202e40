#pragma once

#include <string>
#include <string_view>

namespace replay::policy {

/// A name in which `*` stands for any run of characters: "TASK_*", "*_COMPLETED", "TASK_CREATED".
class Glob {
 public:
  explicit Glob(std::string text) : text_(std::move(text)) {}

  /// Case-sensitive; time at most the product of both lengths.
  [[nodiscard]] bool matches(std::string_view name) const;

  [[nodiscard]] bool is_exact() const { return text_.find('*') == std::string::npos; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace replay::policy
