#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/answers.h"
#include "api/api.h"
#include "api/json_text.h"
#include "api/parameters.h"
#include "api/stored_payload.h"
#include "base/error.h"
#include "model/cursor.h"
#include "model/trace.h"
#include "registry/read_pool.h"

namespace replay::api {
namespace {

std::optional<TracePosition> cursor_parameter(const http::Request& request, const TaskId& task) {
  const auto text = text_parameter(request, "cursor");
  if (!text) return std::nullopt;
  const auto position = decode_trace_cursor(task, *text);
  if (!position) throw bad_cursor();
  return position;
}

json::value audit_id(const TraceItem& item) {
  return std::visit([](const auto& id) { return json::value(id); }, item.id);
}

/// AgentOS's API gives event ids as strings, though they are numbers in the table.
std::string event_id(const TraceItem& item) {
  const auto* number = std::get_if<std::int64_t>(&item.id);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(item.id);
}

std::string item_text(const TraceItem& item) {
  const bool is_audit = item.position.kind == TraceKind::audit;
  const auto ts = item.has_readable_ts() ? std::optional(item.position.ts) : std::nullopt;
  ObjectText text;
  text.add("ts", or_null(ts)).add("kind", is_audit ? "audit" : "event");
  text.add(is_audit ? "audit_id" : "event_id",
           is_audit ? audit_id(item) : json::value(event_id(item)));
  text.add("event_type", json::value(item.event_type));
  if (is_audit) text.add("decision_id", or_null(item.decision_id));

  StoredPayload payload = is_audit ? decision_snapshot(item.payload) : whole_payload(item.payload);
  text.add_text(is_audit ? "decision_snapshot" : "payload", payload.document);
  if (!ts) {
    payload.error = payload.error.empty()
                        ? "The stored created_at is no timestamp."
                        : "The stored payload is not JSON, and created_at is no timestamp.";
  }
  if (!payload.error.empty()) text.add("payload_error", json::value(payload.error));
  return std::move(text).finish();
}

std::string page_text(const TaskId& task, const TracePage& page) {
  std::vector<std::string> items;
  items.reserve(page.items.size());
  std::ranges::transform(page.items, std::back_inserter(items), item_text);
  return std::move(ObjectText()
                       .add("task_id", json::value(task.str()))
                       .add_text("trace_items", array_text(items))
                       .add("next_cursor", page.next ? json::value(encode_cursor(task, *page.next))
                                                     : json::value())
                       .add("count", page.items.size()))
      .finish();
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads,
                                              std::chrono::seconds max_age,
                                              const http::Request& request) {
  const TaskId task(request.path_parameter("task_id"));
  const auto limit = static_cast<std::size_t>(request.query_between("limit", 1, 500, 200));
  const auto after = cursor_parameter(request, task);
  return reads.read([task, limit, after, max_age](const registry::ReadView& view) {
    const auto page = view.trace_page(task, limit, after);
    if (!page) throw Error(ErrorKind::not_found, "There is no task " + task.str() + ".");
    return cacheable_answer(page_text(task, *page), max_age);
  });
}

}  // namespace

http::Handler decision_trace(const Services& services) {
  return [&reads = services.reads, max_age = services.cache_max_age](const http::Request& request) {
    return answer(reads, max_age, request);
  };
}

}  // namespace replay::api
