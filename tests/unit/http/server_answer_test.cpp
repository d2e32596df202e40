#include <gtest/gtest.h>

#include "test_server.h"

namespace replay::http {
namespace {

using testing::HttpClient;
using testing::HttpResponse;

class ServerAnswer : public ::testing::Test {
 protected:
  TestServer test_;
  HttpClient client_ = test_.client();
};

TEST_F(ServerAnswer, HandlerSeesTheDecodedRequest) {
  const json::value seen = client_.get("/describe/a%2Fb%3F?x=1%262").to_json();
  EXPECT_EQ(seen.at("id"), "a/b?");
  EXPECT_EQ(seen.at("path"), "/describe/a/b?");
  EXPECT_EQ(seen.at("query").at("x"), "1&2");
  EXPECT_EQ(seen.at("client"), "127.0.0.1");
}

TEST_F(ServerAnswer, CarriesTheCommonHeaders) {
  const HttpResponse response = client_.get("/hello");
  EXPECT_EQ(response.header("Server"), "decision-replay");
  EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.header("Date").size(), std::string("Sun, 06 Nov 1994 08:49:37 GMT").size());
}

TEST_F(ServerAnswer, HeadHasTheHeadersOfGetAndNoBody) {
  const HttpResponse get = client_.get("/tagged");
  const HttpResponse head = client_.request("HEAD", "/tagged");
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body, "");
  for (const char* name : {"Content-Length", "Content-Type", "ETag", "Cache-Control", "Vary"}) {
    EXPECT_EQ(head.header(name), get.header(name)) << name;
  }
  EXPECT_EQ(client_.get("/hello").body, "hello");
}

TEST_F(ServerAnswer, UnknownPathIsNotFound) {
  const HttpResponse response = client_.get("/nowhere%22");
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.to_json(), json::value({{"detail", "There is no /nowhere\"."}}));
  EXPECT_EQ(test_.observed(1).front().route, "unmatched");
}

TEST_F(ServerAnswer, BrokenPercentEncodingIsBadRequest) {
  EXPECT_EQ(client_.get("/describe/%zz").status, 400U);
  EXPECT_EQ(client_.get("/hello?x=%").status, 400U);
  EXPECT_EQ(client_.get("/hello").status, 200U);
}

TEST_F(ServerAnswer, ChangesAreNotTakenFromPagesOfOtherSites) {
  EXPECT_EQ(client_.request("POST", "/echo", {{"Origin", "https://evil.example"}}, "x").status,
            403U);
  EXPECT_EQ(client_.request("POST", "/echo", {{"Origin", "null"}}, "x").status, 403U);
  EXPECT_EQ(client_.request("POST", "/echo", {{"Origin", "http://test"}}, "x").status, 200U);
  EXPECT_EQ(client_.request("POST", "/echo", {}, "x").status, 200U);
  EXPECT_EQ(client_.request("GET", "/hello", {{"Origin", "https://evil.example"}}).status, 200U);
}

TEST_F(ServerAnswer, WrongMethodNamesTheAllowedOnes) {
  const HttpResponse response = client_.post("/hello", "x");
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_TRUE(response.to_json().at("detail").is_string());
}

TEST_F(ServerAnswer, UnknownMethodIsNotAllowed) {
  EXPECT_EQ(client_.request("BREW", "/hello").status, 405U);
}

TEST_F(ServerAnswer, OptionsNamesTheAllowedOnes) {
  const HttpResponse response = client_.request("OPTIONS", "/echo");
  EXPECT_EQ(response.status, 204U);
  EXPECT_EQ(response.header("Allow"), "POST, OPTIONS");
  EXPECT_FALSE(response.has_header("Content-Length"));
}

TEST_F(ServerAnswer, EtagIsQuoted) {
  const std::string etag = client_.get("/tagged").header("ETag");
  ASSERT_EQ(etag.size(), 34U);
  EXPECT_EQ(etag.front(), '"');
  EXPECT_EQ(etag.back(), '"');
}

TEST_F(ServerAnswer, KnownEtagIsNotModified) {
  const std::string etag = client_.get("/tagged").header("ETag");
  const HttpResponse response = client_.get("/tagged", {{"If-None-Match", "\"x\", " + etag}});
  EXPECT_EQ(response.status, 304U);
  EXPECT_EQ(response.header("ETag"), etag);
  EXPECT_EQ(response.header("Cache-Control"), "private, max-age=60");
  EXPECT_EQ(response.header("Vary"), "Accept-Encoding");
  EXPECT_FALSE(response.has_header("Content-Type"));
  EXPECT_EQ(client_.get("/hello").body, "hello");
}

TEST_F(ServerAnswer, OtherEtagIsAnsweredWhole) {
  EXPECT_EQ(client_.get("/tagged", {{"If-None-Match", "\"x\""}}).status, 200U);
}

TEST_F(ServerAnswer, IsCompressedWhereAsked) {
  const HttpResponse response = client_.get("/tagged", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(response.header("Content-Encoding"), "gzip");
  EXPECT_EQ(response.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(response.gunzip(), long_json());
}

TEST_F(ServerAnswer, CompressedOneHasAWeakEtagThatIsKnownAgain) {
  const HttpResponse response = client_.get("/tagged", {{"Accept-Encoding", "gzip"}});
  const std::string etag = response.header("ETag");
  EXPECT_TRUE(etag.starts_with("W/\""));
  EXPECT_EQ(client_.get("/tagged", {{"If-None-Match", etag}}).status, 304U);
}

TEST_F(ServerAnswer, IsNotCompressedUnasked) {
  const HttpResponse response = client_.get("/tagged");
  EXPECT_FALSE(response.has_header("Content-Encoding"));
  EXPECT_EQ(response.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(response.body, long_json());
}

TEST_F(ServerAnswer, ShortOneIsNeverCompressed) {
  const HttpResponse response = client_.get("/hello", {{"Accept-Encoding", "gzip"}});
  EXPECT_FALSE(response.has_header("Content-Encoding"));
  EXPECT_FALSE(response.has_header("Vary"));
}

TEST_F(ServerAnswer, ErrorKeepsItsSentence) {
  const HttpResponse response = client_.get("/fail/missing");
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.to_json().at("detail"), "There is no such thing.");
}

TEST_F(ServerAnswer, BusyKeepsItsRetryAfter) {
  const HttpResponse response = client_.get("/fail/busy");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.header("Retry-After"), "3");
}

TEST_F(ServerAnswer, InternalErrorHidesItsReason) {
  for (const char* how : {"corrupt", "exception"}) {
    const HttpResponse response = client_.get(std::string("/fail/") + how);
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_NE(response.body.find(response.header("X-Request-Id")), std::string::npos);
  }
  EXPECT_EQ(client_.get("/hello").status, 200U);
}

TEST_F(ServerAnswer, RateLimitedRouteSaysWhatIsLeft) {
  const HttpResponse response = client_.get("/limited");
  EXPECT_EQ(response.header("RateLimit-Limit"), "2");
  EXPECT_EQ(response.header("RateLimit-Remaining"), "1");
  EXPECT_EQ(response.header("RateLimit-Reset"), "30");
  EXPECT_FALSE(client_.get("/hello").has_header("RateLimit-Limit"));
}

TEST_F(ServerAnswer, TooManyRequestsAreRefused) {
  (void)client_.get("/limited");
  (void)client_.get("/limited");
  const HttpResponse response = client_.get("/limited");
  EXPECT_EQ(response.status, 429U);
  EXPECT_EQ(response.header("Retry-After"), "30");
  EXPECT_EQ(response.header("RateLimit-Remaining"), "0");
  EXPECT_TRUE(response.to_json().at("detail").is_string());
  EXPECT_TRUE(test_.observed(3).back().rate_limited);
  EXPECT_EQ(client_.get("/hello").status, 200U);
}

TEST_F(ServerAnswer, IsObservedOnce) {
  (void)client_.get("/describe/1");
  (void)client_.post("/describe/1", "x");
  const std::vector<Observed> observed = test_.observed(2);
  ASSERT_EQ(observed.size(), 2U);
  EXPECT_EQ(observed[0].route, "describe");
  EXPECT_EQ(observed[0].method, Method::get);
  EXPECT_EQ(observed[0].status, 200U);
  EXPECT_GT(observed[0].bytes, 0U);
  EXPECT_EQ(observed[1].route, "unmatched");
  EXPECT_EQ(observed[1].method, Method::post);
  EXPECT_EQ(observed[1].status, 405U);
}

}  // namespace
}  // namespace replay::http
