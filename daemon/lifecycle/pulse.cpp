#include "lifecycle/pulse.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/log.h"

namespace replay::lifecycle {
namespace {

constexpr std::chrono::seconds kAskEvery{5};

/// A look that comes later than this does so because the process was stopped or starved.
constexpr std::chrono::seconds kLongestLook{1};

/// The kernel's state "D" of one of our threads: it waits for a disk, and no signal ends that.
bool waits_for_disk() {
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream file(thread.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t name_end = stat.rfind(") ");
    if (name_end != std::string::npos && stat.compare(name_end + 2, 1, "D") == 0) return true;
  }
  return false;
}

}  // namespace

Pulse::Pulse(std::vector<Part> parts, std::chrono::seconds patience, const Clock& clock,
             Logger& log)
    : patience_(patience), clock_(clock), log_(log), last_look_(clock.steady_now()) {
  for (Part& part : parts) {
    parts_.emplace_back().part = std::move(part);
  }
}

bool Pulse::beats() {
  const SteadyTime now = clock_.steady_now();
  const auto passed = std::min<std::chrono::steady_clock::duration>(now - last_look_, kLongestLook);
  last_look_ = now;
  for (Watched& watched : parts_) look_at(watched, now, passed);
  return std::ranges::all_of(
      parts_, [this](const Watched& watched) { return watched.silence <= patience_; });
}

void Pulse::look_at(Watched& watched, SteadyTime now, std::chrono::steady_clock::duration passed) {
  const std::uint64_t progress = watched.part.progress();
  const bool answered = *watched.answered;
  if (answered || progress != watched.seen) {
    watched.seen = progress;
    watched.silence = {};
  } else if (!waits_for_disk()) {
    const bool was_patient = watched.silence <= patience_;
    watched.silence += passed;
    if (was_patient && watched.silence > patience_) {
      log_.error("no progress; the watchdog is left to end this process",
                 {{"part", watched.part.name}, {"seconds", patience_.count()}});
    }
  }
  if (answered && now - watched.asked_at >= kAskEvery) {
    watched.asked_at = now;
    *watched.answered = false;
    watched.part.ask([answered_flag = watched.answered] { *answered_flag = true; });
  }
}

}  // namespace replay::lifecycle
