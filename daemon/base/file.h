#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace replay {

/// The whole file. Throws Error(unavailable) naming the path and the system's reason;
/// Error(too_large) past `limit_bytes`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::size_t limit_bytes = 64U << 20U);

}  // namespace replay
