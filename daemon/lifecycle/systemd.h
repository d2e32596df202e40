#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace replay::lifecycle {

/// The service manager, where there is one (NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS); nothing
/// happens elsewhere. Source: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
class Systemd {
 public:
  Systemd();

  void ready(std::string_view status) const;
  void reloading() const;
  void stopping() const;
  /// Whether a watchdog expects alive().
  [[nodiscard]] bool watched() const { return watchdog_usec_ != 0; }
  /// Call often; tells the watchdog when half its time has passed.
  void alive();

  /// Listening sockets passed by socket activation.
  [[nodiscard]] const std::vector<int>& sockets() const { return sockets_; }

 private:
  std::vector<int> sockets_;
  unsigned long long watchdog_usec_ = 0;
  unsigned long long last_alive_usec_ = 0;
};

}  // namespace replay::lifecycle
