#include "api/answers.h"
#include "api/api.h"
#include "base/error.h"
#include "registry/read_pool.h"

namespace replay::api {
namespace {

json::value to_json(const TaskSummary& summary) {
  return {{"task_id", summary.id.str()},
          {"status", or_null(summary.status)},
          {"last_decision_type", or_null(summary.last_decision_type)},
          {"last_decision_ts", or_null(summary.last_decision_at)},
          {"blocked_reason_code", or_null(summary.blocked_reason_code)},
          {"inbox_backlog", summary.inbox_backlog},
          {"decision_count", summary.decision_count}};
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads,
                                              const http::Request& request) {
  const TaskId task(request.path_parameter("task_id"));
  return reads.read([task](const registry::ReadView& view) {
    const auto summary = view.task_summary(task);
    if (!summary) throw Error(ErrorKind::not_found, "There is no task " + task.str() + ".");
    return json_answer(to_json(*summary));
  });
}

}  // namespace

http::Handler task_summary(const Services& services) {
  return [&reads = services.reads](const http::Request& request) { return answer(reads, request); };
}

}  // namespace replay::api
