#include <cstddef>
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/backfill.h"
#include "api/parameters.h"
#include "base/clock.h"
#include "registry/read_pool.h"
#include "summary/window_stats.h"

namespace replay::api {
namespace {

json::value to_json(const summary::BlockedTask& task) {
  return {
      {"task_id", task.task.str()},
      {"block_count", task.block_count},
      {"last_blocked_at", format_instant(task.last_blocked_at)},
      {"reason_code", task.reason_code.empty() ? json::value() : json::value(task.reason_code)}};
}

json::value to_json(const Window& window, std::size_t top_n, const summary::BlockedStats& blocked) {
  json::array tasks;
  for (const summary::BlockedTask& task : blocked.tasks) tasks.push_back(to_json(task));
  json::array reasons;
  for (const auto& [code, count] : blocked.reasons) {
    if (!code.empty()) reasons.push_back({{"code", code}, {"count", count}});
  }
  return {{"window", window.text()},
          {"top_n", top_n},
          {"blocked_tasks", std::move(tasks)},
          {"reasons", std::move(reasons)}};
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads, Instant now,
                                              const http::Request& request) {
  const Window window = window_parameter(request, "7d");
  const auto top_n = static_cast<std::size_t>(request.query_between("top_n", 1, 100, 20));
  return reads.read([window, top_n, now](const registry::ReadView& view) {
    const auto blocked = summary::blocked_reasons(view, now - window.length(), top_n);
    return json_answer(with_backfill(view, to_json(window, top_n, blocked)));
  });
}

}  // namespace

http::Handler blocked_reasons(const Services& services) {
  return [&reads = services.reads, &clock = services.clock](const http::Request& request) {
    return answer(reads, clock.now(), request);
  };
}

}  // namespace replay::api
