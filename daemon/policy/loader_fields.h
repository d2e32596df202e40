#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/loader_yaml.h"

namespace replay::policy {

/// The members of a map that must all be known ones; whatever is wrong with them is reported where
/// it stands. A view: the node and the reporter outlive it.
class Fields {
 public:
  /// `what`: "A rule", to begin the sentences with.
  Fields(const YamlNode& node, std::string_view what, std::initializer_list<std::string_view> names,
         Reporter& reporter);

  /// nullptr where it is missing; required() reports that.
  [[nodiscard]] const YamlNode* optional(std::string_view name) const { return node_.find(name); }
  [[nodiscard]] const YamlNode* required(std::string_view name) const;

  /// nullopt where it is missing or not such a text; that is reported.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

  /// A name that ends in metrics and records: letters, digits and _ . : - only.
  [[nodiscard]] std::optional<std::string> id(std::string_view name) const;

  /// A list of texts, or one text; empty where it is missing or wrong: that is reported.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;

 private:
  const YamlNode& node_;
  std::string what_;
  Reporter& reporter_;
};

/// nullopt where the node is no plain text; that is reported, `what` beginning the sentence.
[[nodiscard]] std::optional<std::string> text_of(const YamlNode& node, std::string_view what,
                                                 Reporter& reporter);

/// A list of texts, or one text: as Fields::texts().
[[nodiscard]] std::vector<std::string> texts_of(const YamlNode& node, std::string_view what,
                                                Reporter& reporter);

/// nullopt where the node is no whole number from 0; that is reported.
[[nodiscard]] std::optional<std::uint64_t> count_of(const YamlNode& node, std::string_view what,
                                                    Reporter& reporter);

/// "a, b, c"
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> names);

}  // namespace replay::policy
