#include <array>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/markdown.h"
#include "api/page.h"

namespace replay::api {

extern const std::string_view kRunbookMd;  // docs/runbook.md and docs/metrics.md, embedded
extern const std::string_view kMetricsMd;

namespace {

constexpr std::array<std::string_view, 2> kServed{"runbook", "metrics"};

/// A link between our documents is one between the pages, where the other document is served.
std::string link(std::string_view url) {
  const std::size_t hash = std::min(url.find('#'), url.size());
  const std::string_view file = url.substr(0, hash);
  if (file.find("://") != std::string_view::npos || file.empty() || file.starts_with('/')) {
    return std::string(url);
  }
  for (const std::string_view name : kServed) {
    if (file == std::string(name) + ".md") {
      return "/docs/" + std::string(name) + std::string(url.substr(hash));
    }
  }
  return "";
}

http::Handler page(std::string_view markdown) {
  return html_page(html_of_markdown(markdown, link));
}

}  // namespace

http::Handler runbook_page(const Services& /*services*/) { return page(kRunbookMd); }

http::Handler metrics_page(const Services& /*services*/) { return page(kMetricsMd); }

}  // namespace replay::api
