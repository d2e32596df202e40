#include <string>
#include <string_view>
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/parameters.h"
#include "base/clock.h"
#include "base/error.h"
#include "registry/write_queue.h"

namespace replay::api {
namespace {

std::string required_text(const json::value& body, std::string_view name) {
  constexpr std::size_t kLongestBytes = 1000;
  const auto text = string_member(body, name);
  if (!text || text->empty() || text->size() > kLongestBytes) {
    throw Error(ErrorKind::out_of_range, std::string(name) + " must be a string of 1 to " +
                                             std::to_string(kLongestBytes) + " bytes.");
  }
  return std::string(*text);
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): outlives the requests
boost::asio::awaitable<http::Response> answer(registry::WriteQueue& writes, Instant now,
                                              http::Request request) {
  require_json(request);
  const auto body = parse_json(request.body);
  if (!body || !body->is_object()) {
    throw Error(ErrorKind::malformed,
                R"(The body must be a JSON object: {"actor": "...", "reason": "..."}.)");
  }
  const TaskId task(request.path_parameter("task_id"));
  const auto unblock =
      [task, actor = required_text(*body, "actor"), reason = required_text(*body, "reason"),
       now](registry::WriteTransaction& tx) { return tx.unblock(task, actor, reason, now); };
  const std::string status = co_await writes.write(unblock);
  co_return json_answer({{"task_id", task.str()}, {"status", status}});
}

}  // namespace

http::Handler unblock(const Services& services) {
  return [&writes = services.writes, &clock = services.clock](http::Request request) {
    return answer(writes, clock.now(), std::move(request));
  };
}

}  // namespace replay::api
