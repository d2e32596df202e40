#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "http/request.h"
#include "http/router.h"

namespace {

const replay::http::Router& router() {
  static const replay::http::Router routes({
      {replay::http::Method::get, "/", "landing", {}},
      {replay::http::Method::get, "/api/governance/tasks/{task_id}/summary", "task_summary", {}},
      {replay::http::Method::post, "/api/governance/events", "events", {}},
  });
  return routes;
}

}  // namespace

/// Whatever is requested: a path is split into segments that are text, so that every answer about
/// it is JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = replay::http::parse_target(text);
  if (!target) return 0;
  if (target->segments.empty() || !target->path.starts_with('/')) std::abort();
  if (!replay::is_json(boost::json::serialize(boost::json::string(target->path)))) std::abort();
  for (const auto& [name, value] : target->query) {
    if (!replay::is_json(boost::json::serialize(boost::json::string(value)))) std::abort();
  }
  const auto match = router().match(replay::http::Method::get, target->segments);
  if (match.route != nullptr && !match.allowed.empty()) std::abort();
  return 0;
}
