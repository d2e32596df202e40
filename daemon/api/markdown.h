#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace replay::api {

/// The URL to put in place of a link's; "" takes the link off its text.
using LinkTarget = std::function<std::string(std::string_view url)>;

/// A document of ours in GitHub's Markdown, tables included, as HTML without a frame. Headings have
/// the ids that GitHub gives them. Any HTML inside is left out.
[[nodiscard]] std::string html_of_markdown(std::string_view markdown, const LinkTarget& link);

}  // namespace replay::api
