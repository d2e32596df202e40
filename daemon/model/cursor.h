#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "model/trace.h"

namespace replay {

/// A place in a listing as the client carries it: letters, digits, '-' and '_' only, so it needs no
/// percent-encoding. Holds a checksum over its content and the listing it belongs to: a damaged
/// one, one of another listing and one we did not make read as nullopt. Format: base64url(version
/// byte, fields big-endian, CRC-32).
[[nodiscard]] std::string encode_cursor(const TaskId& task, const TracePosition& position);
[[nodiscard]] std::optional<TracePosition> decode_trace_cursor(const TaskId& task,
                                                               std::string_view text);

/// `listing` names the filter the cursor belongs to ("status=BLOCKED").
[[nodiscard]] std::string encode_cursor(std::string_view listing, RowId row);
[[nodiscard]] std::optional<RowId> decode_row_cursor(std::string_view listing,
                                                     std::string_view text);

}  // namespace replay
