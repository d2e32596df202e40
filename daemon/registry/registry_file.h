#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "base/mutex.h"

namespace replay {
class Logger;
}

namespace replay::registry {

enum class FileState {
  in_place,  ///< the file that was opened is the one at the path
  missing,   ///< nothing can be found at the path; the same file may come back
  replaced,  ///< another file is there, or ours was emptied: nothing but a restart helps
};

/// Whether the file that the daemon has open is still the one that everybody else finds at the
/// path. An open file lives on without its name: what is committed to one that was moved away or
/// replaced is lost to everybody else. Thread rule: any thread.
class RegistryFile {
 public:
  /// Remembers the file that is at the path now.
  RegistryFile(std::filesystem::path path, Logger& log);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Looks (one system call, about a microsecond) and logs a change. `replaced` is final.
  FileState look();
  [[nodiscard]] FileState state() const;  ///< as of the last look

  /// What is wrong as of the last look, in one sentence; "" where nothing is.
  [[nodiscard]] std::string obstacle() const;

  /// Looks. Throws Error(unavailable) unless the file is in place.
  void require_in_place();

 private:
  [[nodiscard]] std::string sentence(FileState state) const;

  const std::filesystem::path path_;
  Logger& log_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  mutable Mutex mutex_;
  FileState state_ GUARDED_BY(mutex_) = FileState::in_place;
};

}  // namespace replay::registry
