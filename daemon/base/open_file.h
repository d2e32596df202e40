#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace replay {

/// A file by its descriptor: reads and writes at positions that the caller keeps. Closed with its
/// owner; a move leaves nothing behind. Throws Error(unavailable) naming the path and the system's
/// reason; Error(not_found) where there is nothing to open. Thread rule: one thread at a time.
class OpenFile {
 public:
  [[nodiscard]] static OpenFile to_read(const std::filesystem::path& path);
  /// A new empty file for its owner alone (mode 0600), to read and write; what was there is gone.
  [[nodiscard]] static OpenFile create(const std::filesystem::path& path);
  /// As it is, made if need be, to read and write.
  [[nodiscard]] static OpenFile to_write(const std::filesystem::path& path);

  ~OpenFile();
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] std::uint64_t size() const;
  /// Fewer bytes than asked only at the end of the file.
  std::size_t read_at(std::uint64_t offset, char* into, std::size_t bytes) const;
  void write_at(std::uint64_t offset, std::string_view bytes);
  void resize(std::uint64_t bytes);
  /// Everything written is on disk when it returns.
  void sync();
  /// True: no other OpenFile, here or in another process, has it locked until this one closes.
  [[nodiscard]] bool try_lock();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  OpenFile(std::filesystem::path path, int flags);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// What was renamed into or removed from the directory is on disk when it returns.
void sync_directory(const std::filesystem::path& directory);

/// `from` takes the place of `to` at once, and both directories know it when it returns.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace replay
