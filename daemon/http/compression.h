#pragma once

#include <string>
#include <string_view>

#include "http/response.h"

namespace replay::http {

/// Whether an Accept-Encoding wants gzip: q-values and `*` count, and identity wins where it is
/// preferred.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Whether the answer is worth compressing: text or JSON, long enough, and not encoded already.
[[nodiscard]] bool is_compressible(const Response& response);

/// The text as one gzip member, the same bytes for the same text.
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace replay::http
