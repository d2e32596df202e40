#include "tests/e2e/private_disk.h"

#include <stdexcept>

#include <unistd.h>

#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

bool is_root() { return geteuid() == 0; }

}  // namespace

PrivateDisk::PrivateDisk(const std::string& size) : mount_point_(directory_.file("disk")) {
  std::filesystem::create_directory(mount_point_);
  const std::string mount = "mount -t tmpfs -o size=" + size +
                            R"( replay "$0" && touch "$0/mounted" && exec sleep infinity)";
  keeper_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{"unshare", is_root() ? "-m" : "-Urm", "bash", "-c", mount,
                               mount_point_.string()},
      directory_.file("out"), directory_.file("err"));
  wait_until("the disk to be mounted or refused",
             [this] { return mounted() || !keeper_->running(); });
}

bool PrivateDisk::mounted() const { return std::filesystem::exists(from_outside() / "mounted"); }

std::string PrivateDisk::why_not() const { return file_text(directory_.file("err")); }

std::vector<std::string> PrivateDisk::entrance() const {
  std::vector<std::string> command{"nsenter", "-t", std::to_string(keeper_->pid()), "-m"};
  if (!is_root()) command.insert(command.end(), {"-U", "--preserve-credentials"});
  return command;
}

std::filesystem::path PrivateDisk::from_outside() const {
  return "/proc/" + std::to_string(keeper_->pid()) + "/root" + mount_point_.string();
}

void PrivateDisk::fill() const {
  // Down to the last page: what is left of a block would still take a small write.
  run_bash("head -c 1G /dev/zero > filler 2> /dev/null || true", from_outside());
}

void PrivateDisk::empty() const { std::filesystem::remove(from_outside() / "filler"); }

}  // namespace replay::testing
