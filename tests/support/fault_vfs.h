#pragma once

#include <cstddef>

namespace replay::testing {

/// SQLite's door to the files of this process, with a fault behind it on demand. It stands before
/// the real one from the first use on, and lets everything through that no Fault is set for.
class Fault {
 public:
  enum class Operation { read, write, sync };
  enum class File { database, wal };

  /// From now until it is gone, each such operation fails with SQLite's result code `code`, in
  /// every connection that was opened after install().
  Fault(Operation operation, File file, int code);
  ~Fault();
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

  /// How often it has struck.
  [[nodiscard]] std::size_t strikes() const;

  /// Puts the door in; before the connections that are to be hit are opened.
  static void install();
};

}  // namespace replay::testing
