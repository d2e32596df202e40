#include "tests/support/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

/// Between fork and exec: system calls only, since other threads may hold the allocator's locks.
[[noreturn]] void become(char* const* arguments, const char* output, const char* errors) {
  constexpr mode_t kMode = 0600;
  constexpr int kCannotStart = 127;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(output, O_WRONLY | O_CREAT | O_APPEND, kMode);
  const int err = open(errors, O_WRONLY | O_CREAT | O_APPEND, kMode);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execvp(arguments[0], arguments);
  _exit(kCannotStart);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::filesystem::path& output,
                           const std::filesystem::path& errors) {
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  for (std::string& argument : copies) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) become(pointers.data(), output.c_str(), errors.c_str());
  // glibc 2.36 declares pidfd_open() without C linkage.
  if (pid_ > 0) handle_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (handle_ < 0) {
    throw std::runtime_error("cannot start " + copies.front() + ": " + std::strerror(errno));
  }
}

ChildProcess::~ChildProcess() {
  if (running()) signal(SIGKILL);
  wait(kPatience);
  close(handle_);
}

void ChildProcess::signal(int number) const {
  if (!exit_code_) kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds patience) {
  if (exit_code_) return exit_code_;
  pollfd ended{handle_, POLLIN, 0};
  if (poll(&ended, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
  constexpr int kSignalled = 128;
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
  return exit_code_;
}

CommandResult run_command(const std::vector<std::string>& arguments) {
  const TempDir directory;
  ChildProcess child(arguments, directory.file("out"), directory.file("err"));
  const std::optional<int> code = child.wait(2 * kPatience);
  if (!code) throw std::runtime_error(arguments.front() + " does not end");
  return {*code, file_text(directory.file("out")), file_text(directory.file("err"))};
}

CommandResult run_bash(const std::string& script, const std::filesystem::path& directory) {
  return run_command({"bash", "-c", "cd \"$0\" && " + script, directory.string()});
}

std::string program_path() { return REPLAY_PROGRAM; }

CommandResult run_program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program_path());
  return run_command(arguments);
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace replay::testing
