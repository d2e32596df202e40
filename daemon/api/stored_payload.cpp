#include "api/stored_payload.h"

#include "base/json.h"

namespace replay::api {
namespace {

StoredPayload unreadable() { return {.error = "The stored payload is not JSON."}; }

}  // namespace

StoredPayload whole_payload(const std::optional<std::string>& stored) {
  if (!stored) return {};
  if (!is_json(*stored)) return unreadable();
  return {.document = *stored, .error = {}};
}

StoredPayload decision_snapshot(const std::optional<std::string>& stored) {
  if (!stored) return {};
  const auto payload = parse_json(*stored);
  if (!payload) return unreadable();
  const json::value* snapshot = member(*payload, "decision_snapshot");
  if (snapshot == nullptr || !snapshot->is_object()) return {.document = *stored, .error = {}};
  return {.document = to_text(*snapshot), .error = {}};
}

}  // namespace replay::api
