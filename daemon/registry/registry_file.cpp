#include "registry/registry_file.h"

#include <chrono>
#include <utility>

#include <sys/stat.h>

#include "base/error.h"
#include "base/log.h"

namespace replay::registry {

RegistryFile::RegistryFile(std::filesystem::path path, Logger& log)
    : path_(std::move(path)), log_(log) {
  struct stat opened{};
  if (stat(path_.c_str(), &opened) != 0) {
    throw Error(ErrorKind::unavailable, sentence(FileState::missing));
  }
  device_ = opened.st_dev;
  inode_ = opened.st_ino;
}

FileState RegistryFile::look() {
  FileState seen = FileState::missing;
  struct stat found{};
  if (stat(path_.c_str(), &found) == 0) {
    // SQLite never empties a database; a shell's `>` does, and then writes another one.
    const bool same = found.st_dev == device_ && found.st_ino == inode_ && found.st_size > 0;
    seen = same ? FileState::in_place : FileState::replaced;
  }
  const MutexLock lock(mutex_);
  if (state_ == FileState::replaced || state_ == seen) return state_;
  state_ = seen;
  if (seen == FileState::in_place) {
    log_.info("registry file is back in its place", {{"path", path_.string()}});
  } else {
    log_.error("registry file is not in its place", {{"reason", sentence(seen)}});
  }
  return seen;
}

FileState RegistryFile::state() const {
  const MutexLock lock(mutex_);
  return state_;
}

std::string RegistryFile::obstacle() const { return sentence(state()); }

void RegistryFile::require_in_place() {
  const FileState seen = look();
  if (seen == FileState::in_place) return;
  throw Error(ErrorKind::unavailable, sentence(seen), std::chrono::seconds{10});
}

std::string RegistryFile::sentence(FileState state) const {
  switch (state) {
    case FileState::in_place:
      break;
    case FileState::missing:
      return "The registry " + path_.string() +
             " is not in its place: it, or its directory, was moved or unmounted.";
    case FileState::replaced:
      return "The registry " + path_.string() +
             " was replaced by another file; restart the daemon to serve that one.";
  }
  return "";
}

}  // namespace replay::registry
