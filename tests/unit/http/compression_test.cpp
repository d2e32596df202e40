#include "http/compression.h"

#include <gtest/gtest.h>

#include "tests/support/http_client.h"

namespace replay::http {
namespace {

class Wanted : public ::testing::TestWithParam<const char*> {};
class Unwanted : public ::testing::TestWithParam<const char*> {};

TEST_P(Wanted, IsGzip) { EXPECT_TRUE(accepts_gzip(GetParam())); }
TEST_P(Unwanted, IsNotGzip) { EXPECT_FALSE(accepts_gzip(GetParam())); }

INSTANTIATE_TEST_SUITE_P(AcceptEncoding, Wanted,
                         ::testing::Values("gzip", "GZIP", "x-gzip", "deflate, gzip;q=1.0, *;q=0.5",
                                           "br ,gzip ; q=0.001", "*", "identity;q=0.5, gzip",
                                           "gzip;q=0.5, identity;q=0.5", "gzip, identity;q=0"));
INSTANTIATE_TEST_SUITE_P(AcceptEncoding, Unwanted,
                         ::testing::Values("", "identity", "br, deflate", "gzip;q=0",
                                           "gzip;q=0.000", "gzip;q=0, *", "*;q=0", "gzipx",
                                           "gzip;q=x", "gzip;q=2", "identity, gzip;q=0.5"));

Response answer(std::size_t bytes, std::string type) {
  return Response::text(std::string(bytes, 'x'), std::move(type));
}

TEST(Compression, IsForTextAndJsonOf512Bytes) {
  EXPECT_TRUE(is_compressible(answer(512, "application/json")));
  EXPECT_TRUE(is_compressible(answer(512, "text/plain; version=0.0.4")));
  EXPECT_FALSE(is_compressible(answer(511, "application/json")));
}

TEST(Compression, LeavesOtherTypesAlone) {
  EXPECT_FALSE(is_compressible(answer(512, "image/png")));
}

TEST(Compression, LeavesEncodedBodiesAlone) {
  EXPECT_FALSE(is_compressible(answer(512, "text/plain").with_header("Content-Encoding", "br")));
}

TEST(Compression, GivesTheTextBack) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919);
  testing::HttpResponse response;
  response.body = gzip(text);
  EXPECT_LT(response.body.size(), text.size());
  EXPECT_EQ(response.gunzip(), text);
}

}  // namespace
}  // namespace replay::http
