#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/request.h"
#include "model/window.h"

namespace replay::api {

/// `window`, or `otherwise` where absent. Throws Error(out_of_range) showing the form.
[[nodiscard]] Window window_parameter(const http::Request& request, std::string_view otherwise);

/// The value of a parameter that may be left out or left empty (`&cursor=`).
[[nodiscard]] std::optional<std::string_view> text_parameter(const http::Request& request,
                                                             std::string_view name);

/// What a cursor that we did not make, or that is damaged, is answered with.
[[nodiscard]] Error bad_cursor();

/// The media type of the body in lower case, without parameters; "" where the request names none.
[[nodiscard]] std::string media_type(const http::Request& request);

/// Throws Error(unsupported_media) where the body claims to be something else than JSON. No type is
/// taken as JSON, and so is what `curl -d` claims by default.
void require_json(const http::Request& request);

}  // namespace replay::api
