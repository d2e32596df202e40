#include "api/event_parser.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/json.h"
#include "model/decision.h"

namespace replay::api {
namespace {

/// Why the member is no id of ours; empty where it is one.
std::string flaw_of_id(const json::value& item, std::string_view name) {
  const json::value* found = member(item, name);
  if (found == nullptr) return std::string(name) + " is missing.";
  const json::string* text = found->if_string();
  if (text == nullptr || text->empty())
    return std::string(name) + " must be a string that is not empty.";
  if (text->size() > kLongestIdBytes) {
    return std::string(name) + " is longer than " + std::to_string(kLongestIdBytes) + " bytes.";
  }
  if (text->find('\0') != json::string::npos)
    return std::string(name) + " contains a NUL character.";
  return "";
}

/// The event's instant; nullopt where it is not readable.
std::optional<Instant> ts_of(const json::value& item, Instant arrival) {
  const json::value* ts = member(item, "ts");
  if (ts == nullptr) return arrival;
  return ts->is_string() ? parse_instant(std::string_view(ts->get_string())) : std::nullopt;
}

/// The payload's text; nullopt where it is no object. An event's own `user` goes into it, where
/// policies look for it.
std::optional<std::string> payload_of(const json::value& item) {
  const json::value* found = member(item, "payload");
  if (found != nullptr && !found->is_object()) return std::nullopt;
  json::object payload = found != nullptr ? found->get_object() : json::object();
  if (const auto user = string_member(item, "user")) payload.emplace("user", *user);
  return to_text(payload);
}

/// The event, or what is wrong with it.
std::variant<Event, std::string> to_event(const json::value& item, Instant arrival) {
  if (!item.is_object()) return "An event must be a JSON object.";
  for (const std::string_view name : {"event_id", "task_id", "event_type"}) {
    if (std::string flaw = flaw_of_id(item, name); !flaw.empty()) return flaw;
  }
  const std::string_view type = *string_member(item, "event_type");
  if (type.starts_with(kSupervisorPrefix))
    return "Event types that begin with SUPERVISOR_ are the supervisor's own.";
  const auto ts = ts_of(item, arrival);
  if (!ts) return "ts must be a timestamp such as 2026-01-28T10:30:00Z.";
  auto payload = payload_of(item);
  if (!payload) return "payload must be a JSON object.";
  return Event{.id = EventId(std::string(*string_member(item, "event_id"))),
               .task = TaskId(std::string(*string_member(item, "task_id"))),
               .type = std::string(type),
               .ts = *ts,
               .source = EventSource::eventbus,
               .payload = *std::move(payload)};
}

std::optional<std::string> event_id_of(const json::value& item) {
  const auto id = string_member(item, "event_id");
  return id && !id->empty() ? std::optional<std::string>(*id) : std::nullopt;
}

void add(ParsedEvents& parsed, std::size_t index, const json::value& item, Instant arrival) {
  auto outcome = to_event(item, arrival);
  if (auto* event = std::get_if<Event>(&outcome)) {
    parsed.events.push_back(std::move(*event));
    parsed.indexes.push_back(index);
  } else {
    parsed.rejected.push_back(
        {index, event_id_of(item), std::get<std::string>(std::move(outcome))});
  }
}

void refuse_past_limit(std::size_t count) {
  if (count > kMostEvents) {
    throw Error(ErrorKind::too_large,
                "A request may hold at most " + std::to_string(kMostEvents) + " events.");
  }
}

ParsedEvents parse_document(std::string_view body, Instant arrival) {
  const auto document = parse_json(body);
  if (!document || (!document->is_object() && !document->is_array())) {
    throw Error(
        ErrorKind::malformed,
        "The body must be a JSON object or array (or NDJSON, sent as application/x-ndjson).");
  }
  ParsedEvents parsed;
  if (const json::array* items = document->if_array()) {
    refuse_past_limit(items->size());
    for (std::size_t index = 0; index < items->size(); ++index)
      add(parsed, index, (*items)[index], arrival);
  } else {
    add(parsed, 0, *document, arrival);
  }
  return parsed;
}

ParsedEvents parse_lines(std::string_view body, Instant arrival) {
  ParsedEvents parsed;
  std::size_t count = 0;
  bool any_json = false;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    refuse_past_limit(count + 1);
    if (const auto item = parse_json(line)) {
      any_json = true;
      add(parsed, count, *item, arrival);
    } else {
      parsed.rejected.push_back({count, std::nullopt, "The line is not JSON."});
    }
    ++count;
  }
  if (!any_json) throw Error(ErrorKind::malformed, "No line of the body is JSON.");
  return parsed;
}

}  // namespace

ParsedEvents parse_events(std::string_view body, BodyFormat format, Instant arrival) {
  return format == BodyFormat::ndjson ? parse_lines(body, arrival) : parse_document(body, arrival);
}

}  // namespace replay::api
