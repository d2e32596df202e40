#include <gtest/gtest.h>

#include "base/error.h"
#include "http/server.h"

namespace replay::http {
namespace {

TEST(ListenAddress, ReadsHostAndPort) {
  const ListenAddress address = ListenAddress::parse("127.0.0.1:8080");
  EXPECT_EQ(address.text, "127.0.0.1:8080");
  EXPECT_EQ(address.host, "127.0.0.1");
  EXPECT_EQ(address.port, 8080);
  EXPECT_FALSE(address.is_unix);
}

TEST(ListenAddress, ReadsIpv6InBrackets) { EXPECT_EQ(ListenAddress::parse("[::1]:9").host, "::1"); }

TEST(ListenAddress, ReadsAUnixPath) {
  const ListenAddress address = ListenAddress::parse("unix:/run/replay.sock");
  EXPECT_TRUE(address.is_unix);
  EXPECT_EQ(address.host, "/run/replay.sock");
}

TEST(ListenAddress, WithoutHostIsEveryInterface) {
  const ListenAddress address = ListenAddress::parse(":8080");
  EXPECT_EQ(address.host, "::");
  EXPECT_FALSE(address.is_loopback());
}

TEST(ListenAddress, KnowsLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1", "unix:/x"}) {
    EXPECT_TRUE(ListenAddress::parse(text).is_loopback()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[2001:db8::1]:1"}) {
    EXPECT_FALSE(ListenAddress::parse(text).is_loopback()) << text;
  }
}

class BadAddress : public ::testing::TestWithParam<const char*> {};

TEST_P(BadAddress, IsMalformedAndShowsTheForms) {
  try {
    (void)ListenAddress::parse(GetParam());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("unix:/path"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(ListenAddress, BadAddress,
                         ::testing::Values("", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                                           "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1:80",
                                           "example.com:80", "unix:", "unix:relative"));

}  // namespace
}  // namespace replay::http
