#include "base/file.h"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/error.h"

namespace replay {

std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw Error(ErrorKind::unavailable, path.string() + " is a directory, not a file.");
  }
  errno = 0;
  const std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw Error(ErrorKind::unavailable, "Cannot read " + path.string() + ": " +
                                            std::generic_category().message(errno) + ".");
  }
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad())
    throw Error(ErrorKind::unavailable, "Reading " + path.string() + " failed half-way.");
  std::string content = std::move(text).str();
  if (content.size() > limit_bytes) {
    throw Error(ErrorKind::too_large,
                path.string() + " is larger than " + std::to_string(limit_bytes) + " bytes.");
  }
  return content;
}

}  // namespace replay
