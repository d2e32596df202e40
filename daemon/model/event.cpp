#include "model/event.h"

#include "base/json.h"

namespace replay {
namespace {

std::optional<std::string> text_member(const json::value& payload, std::string_view name) {
  const auto text = string_member(payload, name);
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace

NewTask NewTask::from_payload(std::string_view payload) {
  NewTask task;
  const auto document = parse_json(payload);
  if (!document) return task;
  task.session_id = text_member(*document, "session_id");
  task.title = text_member(*document, "title");
  task.created_by = text_member(*document, "created_by");
  if (!task.created_by) task.created_by = text_member(*document, "user");
  const json::value* metadata = member(*document, "metadata");
  if (metadata != nullptr && metadata->is_object()) task.metadata = to_text(*metadata);
  return task;
}

}  // namespace replay
