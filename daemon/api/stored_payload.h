#pragma once

#include <optional>
#include <string>

namespace replay::api {

/// A payload as an answer shows it: text of a JSON document, `null` where there is none or it
/// cannot be read.
struct StoredPayload {
  std::string document = "null";
  std::string error;  ///< one sentence; empty: nothing is wrong
};

/// The payload as it was stored, byte for byte.
[[nodiscard]] StoredPayload whole_payload(const std::optional<std::string>& stored);

/// Its decision_snapshot where that is an object, otherwise the whole payload: older writers have
/// no snapshots.
[[nodiscard]] StoredPayload decision_snapshot(const std::optional<std::string>& stored);

}  // namespace replay::api
