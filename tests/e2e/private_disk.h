#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace replay::testing {

/// A small disk of its own (tmpfs), seen only by programs that are started through it. Gone with
/// its owner.
class PrivateDisk {
 public:
  explicit PrivateDisk(const std::string& size);

  /// False where this machine does not allow it; why_not() says what it said.
  [[nodiscard]] bool mounted() const;
  [[nodiscard]] std::string why_not() const;

  /// What to put before a command line, so that the program finds the disk at path().
  [[nodiscard]] std::vector<std::string> entrance() const;
  [[nodiscard]] const std::filesystem::path& path() const { return mount_point_; }

  /// The same place as this process reaches it.
  [[nodiscard]] std::filesystem::path from_outside() const;

  /// Takes all the room there is / gives it back.
  void fill() const;
  void empty() const;

 private:
  TempDir directory_;
  std::filesystem::path mount_point_;
  std::unique_ptr<ChildProcess> keeper_;
};

}  // namespace replay::testing
