#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "tests/bench/programs/latencies.h"

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPages = 256;  ///< written before, so that no write grows the file

}  // namespace

/// What a commit cannot do without: a page written in place and on disk, N times, in a file of its
/// own in DIR.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_disk DIR N\n", stderr);
    return 2;
  }
  const std::string path = std::string(argv[1]) + "/fdatasync.bench";
  const std::size_t count = std::strtoul(argv[2], nullptr, 10);
  const std::array<char, kPage> page{};
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    std::perror(path.c_str());
    return 1;
  }
  const auto write = [&](std::size_t number) {
    return ::pwrite(file, page.data(), kPage, static_cast<off_t>(number % kPages * kPage)) ==
               static_cast<ssize_t>(kPage) &&
           (number < kPages || ::fdatasync(file) == 0);
  };
  for (std::size_t i = 0; i < kPages; ++i) {
    if (!write(i)) {
      std::perror(path.c_str());
      return 1;
    }
  }
  ::fsync(file);
  std::vector<double> latencies;
  std::size_t failed = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!write(kPages + i)) ++failed;
    latencies.push_back(replay::bench::seconds_since(begin));
  }
  replay::bench::print_latencies(latencies, replay::bench::seconds_since(start), failed);
  ::close(file);
  ::unlink(path.c_str());
  return 0;
}
