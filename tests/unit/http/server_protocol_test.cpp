#include <gtest/gtest.h>

#include "test_server.h"

namespace replay::http {
namespace {

using testing::HttpClient;
using testing::HttpResponse;

TEST(ServerProtocol, KeepsTheConnectionOpen) {
  TestServer test;
  HttpClient client = test.client();
  EXPECT_EQ(client.get("/hello").body, "hello");
  EXPECT_EQ(client.get("/hello").body, "hello");
  EXPECT_EQ(test.server->stats().accepted, 1U);
}

TEST(ServerProtocol, AnswersPipelinedRequestsInOrder) {
  TestServer test;
  HttpClient client = test.client();
  client.send(
      "GET /describe/1 HTTP/1.1\r\nHost: t\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"
      "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.receive().to_json().at("id"), "1");
  EXPECT_EQ(client.receive().body, "abc");
  EXPECT_EQ(client.receive().body, "hello");
}

TEST(ServerProtocol, ClosesWhereAsked) {
  TestServer test;
  HttpClient client = test.client();
  client.send("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().header("Connection"), "close");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerProtocol, ClosesAfterHttp10) {
  TestServer test;
  HttpClient client = test.client();
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerProtocol, KeepsHttp10OpenWhereAsked) {
  TestServer test;
  HttpClient client = test.client();
  const std::string request = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  client.send(request);
  EXPECT_EQ(client.receive().header("Connection"), "keep-alive");
  client.send(request);
  EXPECT_EQ(client.receive().body, "hello");
}

TEST(ServerProtocol, AnswersAClientThatSendsNoMore) {
  TestServer test;
  HttpClient client = test.client();
  client.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  client.finish_sending();
  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerProtocol, ForgetsAConnectionThePeerClosed) {
  TestServer test;
  HttpClient client = test.client();
  (void)client.get("/hello");
  client.finish_sending();
  EXPECT_TRUE(wait_until([&test] { return test.server->stats().connections == 0; }));
}

TEST(ServerProtocol, ReadsChunkedBodies) {
  TestServer test;
  HttpClient client = test.client();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().body, "abcde");
}

TEST(ServerProtocol, TrailersAreNoHeaders) {
  TestServer test;
  HttpClient client = test.client();
  client.send(
      "GET /describe/1 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nAuthorization: x\r\n\r\n");
  EXPECT_FALSE(client.receive().to_json().at("headers").as_object().contains("authorization"));
}

TEST(ServerProtocol, RepeatedHeadersBecomeOneList) {
  TestServer test;
  HttpClient client = test.client();
  const HttpResponse response = client.get("/describe/1", {{"X-A", "1"}, {"x-a", "2"}});
  EXPECT_EQ(response.to_json().at("headers").at("x-a"), "1, 2");
}

TEST(ServerProtocol, TellsAWaitingClientToContinue) {
  TestServer test;
  HttpClient client = test.client();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100U);
  client.send("abc");
  EXPECT_EQ(client.receive().body, "abc");
}

TEST(ServerProtocol, RefusesTooLargeABodyInsteadOfContinuing) {
  ServerOptions options;
  options.body_limit_bytes = 2;
  TestServer test(options);
  HttpClient client = test.client();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413U);
}

class Malformed : public ::testing::TestWithParam<const char*> {};

TEST_P(Malformed, IsBadRequestAndTheEnd) {
  TestServer test;
  HttpClient client = test.client();
  client.send(GetParam());
  const HttpResponse response = client.receive();
  EXPECT_EQ(response.status, 400U);
  EXPECT_TRUE(response.to_json().at("detail").is_string());
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(test.observed(1).front().route, "unmatched");
}

INSTANTIATE_TEST_SUITE_P(
    ServerProtocol, Malformed,
    ::testing::Values(
        "nonsense\r\n\r\n", "GET /hello HTTP/3.0\r\nHost: t\r\n\r\n", "GET /hello\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: t\r\nBad Name: x\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: identity\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
        "Content-Length: 5\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"));

}  // namespace
}  // namespace replay::http
