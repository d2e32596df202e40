#include <charconv>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "collectors/collectors.h"
#include "collectors/families.h"

namespace replay::collectors {
namespace {

/// Fields of /proc/self/stat after the program's name, which may itself hold blanks and
/// parentheses; the numbers are proc(5)'s, counted from 1.
class ProcStat {
 public:
  explicit ProcStat(std::string text) : text_(std::move(text)) {
    std::string_view rest = std::string_view(text_).substr(text_.rfind(')') + 1);
    while (!rest.empty()) {
      const std::string_view field = rest.substr(0, rest.find(' '));
      if (!field.empty()) fields_.push_back(field);
      rest.remove_prefix(std::min(rest.size(), field.size() + 1));
    }
  }

  [[nodiscard]] double number(std::size_t field) const {
    constexpr std::size_t kFirst = 3;
    const std::string_view text = fields_.at(field - kFirst);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) throw Error(ErrorKind::corrupt, "/proc/self/stat cannot be read.");
    return value;
  }

 private:
  std::string text_;
  std::vector<std::string_view> fields_;
};

/// `btime` of /proc/stat: when the machine started, in seconds since 1970.
double boot_time() {
  const std::string text = read_file("/proc/stat");
  constexpr std::string_view kKey = "\nbtime ";
  const std::size_t at = text.find(kKey);
  if (at == std::string::npos) throw Error(ErrorKind::corrupt, "/proc/stat has no btime.");
  double value = 0;
  std::from_chars(text.data() + at + kKey.size(), text.data() + text.size(), value);
  return value;
}

/// To the nanosecond; /proc counts in hundredths of a second, and a young daemon has used none of
/// those.
double cpu_seconds() {
  timespec used{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) {
    throw Error(ErrorKind::internal, "clock_gettime failed.");
  }
  return sample(used.tv_sec) + sample(used.tv_nsec) / 1e9;
}

double open_files() {
  const auto files = std::filesystem::directory_iterator("/proc/self/fd");
  return sample(std::distance(begin(files), end(files)) - 1);  // the iterator's own
}

double most_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) throw Error(ErrorKind::internal, "getrlimit failed.");
  return sample(limit.rlim_cur);
}

/// The standard process metrics, under the names every client library gives them.
class ProcessCollector final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    const ProcStat stat(read_file("/proc/self/stat"));
    const double ticks_per_second = sample(sysconf(_SC_CLK_TCK));
    const double page_bytes = sample(sysconf(_SC_PAGESIZE));
    return {
        counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
                cpu_seconds()),
        gauge("process_open_fds", "Number of open file descriptors.", open_files()),
        gauge("process_max_fds", "Maximum number of open file descriptors.", most_open_files()),
        gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", stat.number(23)),
        gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
              stat.number(24) * page_bytes),
        gauge("process_threads", "Number of threads.", stat.number(20)),
        gauge("process_start_time_seconds",
              "Start time of the process since unix epoch in seconds.",
              boot_time() + stat.number(22) / ticks_per_second),
    };
  }
};

}  // namespace

Collector process() { return std::make_unique<ProcessCollector>(); }

}  // namespace replay::collectors
