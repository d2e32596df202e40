#include "lifecycle/systemd.h"

#include <chrono>
#include <cstdint>
#include <string>

#include <systemd/sd-daemon.h>

namespace replay::lifecycle {
namespace {

unsigned long long monotonic_usec() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<unsigned long long>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

void notify(const std::string& state) { sd_notify(/*unset_environment=*/0, state.c_str()); }

}  // namespace

Systemd::Systemd() {
  const int count = sd_listen_fds(/*unset_environment=*/1);
  for (int i = 0; i < count; ++i) sockets_.push_back(SD_LISTEN_FDS_START + i);
  std::uint64_t usec = 0;
  if (sd_watchdog_enabled(/*unset_environment=*/0, &usec) > 0) watchdog_usec_ = usec;
}

void Systemd::ready(std::string_view status) const {
  notify("READY=1\nSTATUS=" + std::string(status));
}

void Systemd::reloading() const {
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_usec()));
}

void Systemd::stopping() const { notify("STOPPING=1"); }

void Systemd::alive() {
  if (watchdog_usec_ == 0) return;
  const auto now = monotonic_usec();
  if (last_alive_usec_ != 0 && now - last_alive_usec_ < watchdog_usec_ / 2) return;
  last_alive_usec_ = now;
  notify("WATCHDOG=1");
}

}  // namespace replay::lifecycle
