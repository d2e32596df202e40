#pragma once

#include <string>
#include <string_view>

#include "http/router.h"

namespace replay::api {

/// A handler that answers with one HTML page of ours, made once: head, style and title around
/// `main`, which is HTML.
[[nodiscard]] http::Handler html_page(std::string_view main);

}  // namespace replay::api
