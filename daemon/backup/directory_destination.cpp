#include "backup/directory_destination.h"

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include "backup/destination.h"
#include "base/error.h"
#include "base/file.h"
#include "base/open_file.h"

namespace replay::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;

void copy(const OpenFile& from, OpenFile& to) {
  std::string buffer(kCopyBytes, '\0');
  std::uint64_t offset = 0;
  while (const std::size_t got = from.read_at(offset, buffer.data(), buffer.size())) {
    to.write_at(offset, std::string_view(buffer).substr(0, got));
    offset += got;
  }
}

bool is_hidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

/// Directories of our own are closed to others: a backup holds everything that the registry does.
void make_directory(const fs::path& directory) {
  if (directory.empty() || fs::is_directory(directory)) return;
  make_directory(directory.parent_path());
  std::error_code error;
  if (fs::create_directory(directory, error)) {
    fs::permissions(directory, fs::perms::owner_all, error);
    sync_directory(directory.parent_path());
  }
  if (error) {
    throw Error(ErrorKind::unavailable,
                "Cannot create " + directory.string() + ": " + error.message() + ".");
  }
}

class DirectoryDestination final : public Destination {
 public:
  explicit DirectoryDestination(fs::path directory) : root_(std::move(directory)) {}

  void put(const std::string& name, std::string_view bytes) override {
    place_object(name, [bytes](OpenFile& partial) { partial.write_at(0, bytes); });
  }

  void put_file(const std::string& name, const fs::path& file) override {
    const OpenFile source = OpenFile::to_read(file);
    place_object(name, [&source](OpenFile& partial) { copy(source, partial); });
  }

  std::string get(const std::string& name) override {
    const OpenFile object = OpenFile::to_read(path_of(name));
    if (object.size() > kSmallBytes) {
      throw Error(ErrorKind::too_large, object.path().string() + " is larger than expected.");
    }
    std::string bytes(object.size(), '\0');
    bytes.resize(object.read_at(0, bytes.data(), bytes.size()));
    return bytes;
  }

  void get_file(const std::string& name, const fs::path& file) override {
    const OpenFile object = OpenFile::to_read(path_of(name));
    OpenFile target = OpenFile::create(file);
    copy(object, target);
  }

  std::vector<StoredObject> list(const std::string& prefix) override {
    std::vector<StoredObject> found;
    const std::size_t slash = prefix.rfind('/');
    collect(slash == std::string::npos ? root_ : root_ / prefix.substr(0, slash), prefix, found);
    std::sort(found.begin(), found.end(), [](const StoredObject& left, const StoredObject& right) {
      return left.name < right.name;
    });
    return found;
  }

  std::vector<std::string> folders() override {
    std::vector<std::string> names;
    each_entry(root_, [&](const fs::directory_entry& entry) {
      std::error_code gone;
      if (entry.is_directory(gone)) names.push_back(entry.path().filename().string());
    });
    std::sort(names.begin(), names.end());
    return names;
  }

  void remove(const std::string& name) override {
    const fs::path path = path_of(name);
    std::error_code error;
    fs::remove(path, error);
    if (error) {
      throw Error(ErrorKind::unavailable,
                  "Cannot remove " + path.string() + ": " + error.message() + ".");
    }
    if (path.parent_path() != root_) remove_if_empty(path.parent_path());
  }

  std::string place() const override { return root_.string(); }

 private:
  /// A half-written file never has the object's name.
  void place_object(const std::string& name, const std::function<void(OpenFile&)>& fill) {
    const fs::path path = path_of(name);
    make_directory(path.parent_path());
    const fs::path hidden = path.parent_path() / ("." + path.filename().string() + ".partial");
    try {
      OpenFile partial = OpenFile::create(hidden);
      fill(partial);
      partial.sync();
      rename_durably(hidden, path);
    } catch (...) {
      std::error_code ignored;
      fs::remove(hidden, ignored);
      throw;
    }
  }

  /// Throws Error(out_of_range) for what could point out of the directory.
  fs::path path_of(const std::string& name) const {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    const bool plain = !name.empty() && name.find_first_not_of(kAllowed) == std::string::npos &&
                       ("/" + name).find("/.") == std::string::npos &&
                       ("/" + name + "/").find("//") == std::string::npos;
    if (!plain) throw Error(ErrorKind::out_of_range, "\"" + name + "\" cannot name an object.");
    return root_ / name;
  }

  /// Visits what is not hidden. A directory that is not there is empty.
  void each_entry(const fs::path& directory,
                  const std::function<void(const fs::directory_entry&)>& visit) const {
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      if (!is_hidden(entry->path())) visit(*entry);
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      throw Error(ErrorKind::unavailable,
                  "Cannot list " + directory.string() + ": " + error.message() + ".");
    }
  }

  void collect(const fs::path& directory, const std::string& prefix,
               std::vector<StoredObject>& into) const {
    each_entry(directory, [&](const fs::directory_entry& entry) {
      std::error_code gone;  // by another process, since it was listed
      if (entry.is_directory(gone)) return collect(entry.path(), prefix, into);
      const std::uint64_t size = entry.file_size(gone);
      std::string name = entry.path().lexically_relative(root_).generic_string();
      if (!gone && name.starts_with(prefix)) into.push_back({std::move(name), size});
    });
  }

  /// Half-written leftovers do not keep a folder alive.
  void remove_if_empty(const fs::path& directory) const {
    bool empty = true;
    each_entry(directory, [&](const fs::directory_entry&) { empty = false; });
    std::error_code ignored;
    if (empty) fs::remove_all(directory, ignored);
  }

  const fs::path root_;
};

}  // namespace

std::unique_ptr<Destination> directory_destination(std::filesystem::path directory) {
  return std::make_unique<DirectoryDestination>(std::move(directory));
}

}  // namespace replay::backup
