#include "lifecycle/systemd.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace replay::lifecycle {
namespace {

/// Stands in for the service manager: an abstract socket that hears what is notified.
class Manager {
 public:
  Manager() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "replay-systemd-test-" + std::to_string(getpid());
    std::memcpy(&address.sun_path[1], name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~Manager() {
    close(socket_);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// The next message, or "" where there is none.
  [[nodiscard]] std::string heard() const {
    std::array<char, 512> text{};
    const auto length = recv(socket_, text.data(), text.size(), 0);
    return length < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(length));
  }

 private:
  int socket_;
};

TEST(Systemd, ReadinessCarriesItsStatus) {
  const Manager manager;
  Systemd().ready("Serving on 127.0.0.1:8080");
  EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=Serving on 127.0.0.1:8080");
}

TEST(Systemd, ReloadingSaysSince) {
  const Manager manager;
  Systemd().reloading();
  EXPECT_EQ(manager.heard().substr(0, 27), "RELOADING=1\nMONOTONIC_USEC=");
}

TEST(Systemd, StoppingIsAnnounced) {
  const Manager manager;
  Systemd().stopping();
  EXPECT_EQ(manager.heard(), "STOPPING=1");
}

TEST(Systemd, TheWatchdogHearsOfUsOncePerHalfPeriod) {
  const Manager manager;
  setenv("WATCHDOG_USEC", "60000000", 1);
  Systemd systemd;
  systemd.alive();
  systemd.alive();
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
  EXPECT_EQ(manager.heard(), "");
}

TEST(Systemd, WithoutAWatchdogNothingIsSent) {
  const Manager manager;
  Systemd systemd;
  systemd.alive();
  EXPECT_EQ(manager.heard(), "");
}

TEST(Systemd, PassedSocketsAreOurs) {
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", "1", 1);
  const int original = open("/dev/null", 0);
  dup2(original, 3);
  EXPECT_EQ(Systemd().sockets(), std::vector<int>{3});
}

TEST(Systemd, OutsideAServiceThereAreNoSockets) { EXPECT_TRUE(Systemd().sockets().empty()); }

}  // namespace
}  // namespace replay::lifecycle
