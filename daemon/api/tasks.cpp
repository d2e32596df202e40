#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/parameters.h"
#include "base/error.h"
#include "model/cursor.h"
#include "registry/read_pool.h"

namespace replay::api {
namespace {

json::value to_json(const Task& task) {
  return {{"task_id", task.id.str()},
          {"status", or_null(task.status)},
          {"title", or_null(task.title)},
          {"created_by", or_null(task.created_by)},
          {"created_at", or_null(task.created_at)},
          {"updated_at", or_null(task.updated_at)}};
}

/// What a cursor of this listing is sealed with; statuses are compared case-insensitively, so
/// cursors are too.
std::string listing_of(const std::optional<std::string>& status) {
  return "status=" + (status ? in_case_of(*status, std::nullopt) : "");
}

std::optional<RowId> cursor_parameter(const http::Request& request, const std::string& listing) {
  const auto text = text_parameter(request, "cursor");
  if (!text) return std::nullopt;
  const auto row = decode_row_cursor(listing, *text);
  if (!row) throw bad_cursor();
  return row;
}

json::value to_json(const TaskPage& page, const std::string& listing) {
  json::array tasks;
  for (const Task& task : page.tasks) tasks.push_back(to_json(task));
  return {
      {"tasks", std::move(tasks)},
      {"next_cursor", page.next ? json::value(encode_cursor(listing, *page.next)) : json::value()}};
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads,
                                              const http::Request& request) {
  const std::optional<std::string> status(text_parameter(request, "status"));
  const auto limit = static_cast<std::size_t>(request.query_between("limit", 1, 500, 100));
  const std::string listing = listing_of(status);
  const auto below = cursor_parameter(request, listing);
  return reads.read([status, limit, listing, below](const registry::ReadView& view) {
    return json_answer(to_json(view.tasks(status, limit, below), listing));
  });
}

}  // namespace

http::Handler tasks(const Services& services) {
  return [&reads = services.reads](const http::Request& request) { return answer(reads, request); };
}

}  // namespace replay::api
