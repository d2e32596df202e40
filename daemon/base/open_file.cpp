#include "base/open_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace replay {
namespace {

constexpr mode_t kOwnerOnly = 0600;

[[noreturn]] void fail(const char* what, const std::filesystem::path& path, int reason) {
  throw Error(reason == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable,
              std::string("Cannot ") + what + " " + path.string() + ": " +
                  std::generic_category().message(reason) + ".");
}

}  // namespace

OpenFile::OpenFile(std::filesystem::path path, int flags)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, kOwnerOnly)) {
  if (descriptor_ < 0) fail("open", path_, errno);
}

OpenFile OpenFile::to_read(const std::filesystem::path& path) { return {path, O_RDONLY}; }

OpenFile OpenFile::create(const std::filesystem::path& path) {
  return {path, O_RDWR | O_CREAT | O_TRUNC};
}

OpenFile OpenFile::to_write(const std::filesystem::path& path) { return {path, O_RDWR | O_CREAT}; }

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::uint64_t OpenFile::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) fail("look at", path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t OpenFile::read_at(std::uint64_t offset, char* into, std::size_t bytes) const {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        ::pread(descriptor_, into + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void OpenFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail("write", path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

void OpenFile::resize(std::uint64_t bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) fail("resize", path_, errno);
}

void OpenFile::sync() {
  if (::fsync(descriptor_) != 0) fail("write", path_, errno);
}

bool OpenFile::try_lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) fail("lock", path_, errno);
  return false;
}

void sync_directory(const std::filesystem::path& directory) {
  OpenFile::to_read(directory.empty() ? "." : directory).sync();
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("put in place", to, errno);
  sync_directory(to.parent_path());
  if (from.parent_path() != to.parent_path()) sync_directory(from.parent_path());
}

}  // namespace replay
