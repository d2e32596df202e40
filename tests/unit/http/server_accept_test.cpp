#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "test_server.h"

namespace replay::http {
namespace {

namespace fs = std::filesystem;
using testing::HttpClient;

ServerOptions on(const std::string& address) {
  ServerOptions options;
  options.addresses.push_back(ListenAddress::parse(address));
  return options;
}

class UnixSocket : public ::testing::Test {
 protected:
  UnixSocket() {
    std::string name = (fs::temp_directory_path() / "http-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    path_ = directory_ / "s";
  }
  ~UnixSocket() override { fs::remove_all(directory_); }

  [[nodiscard]] std::string address() const { return "unix:" + path_.string(); }

  /// A listening socket at the path, as systemd or another daemon would have it.
  [[nodiscard]] int listen_there() const {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strcpy(name.sun_path, path_.c_str());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
    EXPECT_EQ(::listen(socket, 8), 0);
    return socket;
  }

  fs::path directory_;
  fs::path path_;
};

TEST_F(UnixSocket, IsServed) {
  TestServer test(on(address()));
  EXPECT_EQ(test.address(), address());
  EXPECT_EQ(test.client().get("/describe/1").to_json().at("client"), "unix");
}

TEST_F(UnixSocket, IsRemovedAtStop) {
  TestServer test(on(address()));
  ASSERT_TRUE(fs::exists(path_));
  test.server->stop(std::chrono::seconds(20));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(UnixSocket, StaleFileIsReplaced) {
  ::close(listen_there());
  ASSERT_TRUE(fs::exists(path_));
  TestServer test(on(address()));
  EXPECT_EQ(test.client().get("/hello").status, 200U);
}

TEST_F(UnixSocket, LivingOneIsLeftAlone) {
  const TestServer first(on(address()));
  EXPECT_THROW(TestServer second(on(address())), Error);
  EXPECT_EQ(first.client().get("/hello").status, 200U);
}

TEST_F(UnixSocket, OrdinaryFileIsLeftAlone) {
  std::ofstream(path_) << "precious";
  EXPECT_THROW(TestServer test(on(address())), Error);
  EXPECT_EQ(fs::file_size(path_), 8U);
}

TEST_F(UnixSocket, IsRemovedWhereAnotherAddressFails) {
  const TestServer taken;
  ServerOptions options = on(address());
  options.addresses.push_back(ListenAddress::parse(taken.address()));
  EXPECT_THROW(TestServer test(options), Error);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(UnixSocket, InheritedOneIsServedAndKept) {
  ServerOptions options;
  options.inherited_sockets.push_back(listen_there());
  TestServer test(options);
  EXPECT_EQ(test.address(), address());
  EXPECT_EQ(test.client().get("/hello").status, 200U);
  test.server->stop(std::chrono::seconds(20));
  EXPECT_TRUE(fs::exists(path_));
}

TEST(ServerAccept, InheritedTcpSocketIsServed) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::listen(socket, 8), 0);
  ServerOptions options;
  options.inherited_sockets.push_back(socket);
  const TestServer test(options);
  const std::string port = test.address().substr(test.address().rfind(':'));
  EXPECT_EQ(HttpClient("127.0.0.1" + port).get("/describe/1").to_json().at("client"), "127.0.0.1");
}

TEST(ServerAccept, InheritedDescriptorThatDoesNotListenIsRefused) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ServerOptions options;
  options.inherited_sockets.push_back(socket);
  EXPECT_THROW(TestServer test(options), Error);
  ::close(socket);
}

TEST(ServerAccept, TakenAddressIsNamed) {
  const TestServer first;
  try {
    const TestServer second(on(first.address()));
    FAIL() << "bound twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_NE(std::string(error.what()).find(first.address()), std::string::npos);
  }
}

TEST(ServerAccept, ListensOnSeveralAddresses) {
  ServerOptions options = on("127.0.0.1:0");
  options.addresses.push_back(ListenAddress::parse("127.0.0.1:0"));
  const TestServer test(options);
  for (const std::string& address : test.server->addresses()) {
    EXPECT_EQ(HttpClient(address).get("/hello").status, 200U);
  }
}

TEST(ServerAccept, EveryInterfaceTakesIpv4ClientsUnderTheirOwnAddress) {
  const TestServer test(on(":0"));
  const std::string port = test.address().substr(test.address().rfind(':'));
  EXPECT_EQ(HttpClient("127.0.0.1" + port).get("/describe/1").to_json().at("client"), "127.0.0.1");
}

/// Standard error goes into a file while it lives, so that a test can wait for a log line.
class CapturedStderr {
 public:
  CapturedStderr() : file_(std::tmpfile()), before_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~CapturedStderr() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }
  [[nodiscard]] bool has(const char* text) const {
    std::array<char, 4096> content{};
    (void)!::pread(::fileno(file_), content.data(), content.size() - 1, 0);
    return std::strstr(content.data(), text) != nullptr;
  }

 private:
  std::FILE* file_;
  int before_;
};

/// Leaves room for so many more descriptors while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(unsigned more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(STDIN_FILENO);
    ::close(next);
    const rlimit low{static_cast<rlim_t>(next) + more, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(ServerAccept, GoesOnAfterDescriptorsRanOut) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan's vptr check opens a pipe and takes a failure for a bad object";
#endif
  const CapturedStderr log;
  const TestServer test;
  HttpClient client = test.client();
  {
    const DescriptorLimit for_the_client_alone(1);
    client.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(wait_until([&log] { return log.has("cannot accept connections"); }));
    EXPECT_EQ(test.server->stats().accepted, 0U);
  }
  EXPECT_EQ(client.receive().body, "hello");
}

}  // namespace
}  // namespace replay::http
