#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace replay::testing {

/// A program run as a child; its output goes to files. Killed with its owner, and with the thread
/// that started it should that end first.
class ChildProcess {
 public:
  /// Throws std::runtime_error where it cannot be started. Standard input is /dev/null.
  ChildProcess(const std::vector<std::string>& arguments, const std::filesystem::path& output,
               const std::filesystem::path& errors);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;

  /// The exit code, 128 + n where signal n ended it, nullopt where it still runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);
  [[nodiscard]] bool running() { return !wait(std::chrono::milliseconds{0}); }

 private:
  pid_t pid_ = -1;
  int handle_ = -1;
  std::optional<int> exit_code_;
};

struct CommandResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Runs a program to its end. Throws std::runtime_error where that does not come.
CommandResult run_command(const std::vector<std::string>& arguments);

/// The same for a line of bash, with `directory` as the working directory.
CommandResult run_bash(const std::string& script, const std::filesystem::path& directory);

/// The program under test, for scripts.
std::string program_path();

/// The program under test with these arguments.
CommandResult run_program(std::vector<std::string> arguments);

/// The whole file; "" where there is none.
std::string file_text(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace replay::testing
