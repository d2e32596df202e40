#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace replay::backup {

struct StoredObject {
  std::string name;
  std::uint64_t size_bytes = 0;
};

/// Where backups are kept: named objects, each there whole or not at all. Chains and their order
/// are the business of those who use it.
///
/// Names: parts of `A-Z a-z 0-9 . _ -`, none beginning with a dot, joined by `/`; the first part is
/// called a folder and exists while an object in it does. Thread rule: one thread at a time;
/// several processes may use one place. Throws Error(unavailable) naming the place and its reason
/// where it does not work (full, read-only, not reached after the tries that its kind deserves),
/// Error(not_found) for an object that is not there.
class Destination {
 public:
  virtual ~Destination() = default;

  /// Once it returns the object is durable, in the place of one of that name. Where it throws, what
  /// was there before is still there.
  virtual void put(const std::string& name, std::string_view bytes) = 0;
  /// The same with the content of a file, of any size.
  virtual void put_file(const std::string& name, const std::filesystem::path& file) = 0;

  /// Small objects. Throws Error(too_large) past kSmallBytes.
  [[nodiscard]] virtual std::string get(const std::string& name) = 0;
  /// Objects of any size, into a new file or in the place of its content. Where it throws, the
  /// file's content is undefined.
  virtual void get_file(const std::string& name, const std::filesystem::path& file) = 0;

  /// Every object whose name begins with `prefix`, by name. What others put or remove meanwhile may
  /// be in it or not.
  [[nodiscard]] virtual std::vector<StoredObject> list(const std::string& prefix) = 0;
  /// The folders, by name; costs the same however much is in them.
  [[nodiscard]] virtual std::vector<std::string> folders() = 0;

  /// Nothing happens where there is none.
  virtual void remove(const std::string& name) = 0;

  /// The place as its user calls it, without secrets: for messages.
  [[nodiscard]] virtual std::string place() const = 0;

  static constexpr std::size_t kSmallBytes = std::size_t{16} << 20U;
};

}  // namespace replay::backup
