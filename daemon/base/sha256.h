#pragma once

#include <string>
#include <string_view>

namespace replay {

/// 64 hexadecimal digits, in lower case.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace replay
