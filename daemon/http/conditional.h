#pragma once

#include <string_view>

namespace replay::http {

/// Whether an If-None-Match names the tag (without quotes) or is `*`: then the client has that
/// answer already. Compared weakly (RFC 9110, section 13.1.2): `W/"x"` names `x`. What follows a
/// malformed tag is ignored.
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace replay::http
