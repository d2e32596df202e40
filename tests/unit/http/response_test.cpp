#include "http/response.h"

#include <gtest/gtest.h>

namespace replay::http {
namespace {

TEST(Response, EtagIsTheSameForTheSameBody) {
  EXPECT_EQ(Response::text("a").with_etag().etag, Response::text("a").with_etag().etag);
}

TEST(Response, EtagDiffersForAnotherBody) {
  EXPECT_NE(Response::text("a").with_etag().etag, Response::text("b").with_etag().etag);
}

TEST(Response, EtagIs128BitsOfTheBodysSha256) {
  EXPECT_EQ(Response::text("").with_etag().etag, "e3b0c44298fc1c149afbf4c8996fb924");
}

TEST(Response, JsonIsSerialised) {
  const Response response = Response::json({{"accepted", 2}}, 202);
  EXPECT_EQ(response.status, 202U);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"accepted":2})");
}

TEST(Response, HeaderIsAdded) {
  const Response response = Response::text("a").with_header("Cache-Control", "no-store");
  EXPECT_EQ(response.headers.at("Cache-Control"), "no-store");
}

}  // namespace
}  // namespace replay::http
