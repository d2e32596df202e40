#include <gtest/gtest.h>

#include "test_server.h"

namespace replay::http {
namespace {

using std::chrono::seconds;
using testing::HttpClient;
using testing::HttpResponse;

TEST(ServerLimit, LargeHeaderIsRefused) {
  ServerOptions options;
  options.header_limit_bytes = 1'000;
  TestServer test(options);
  HttpClient client = test.client();
  EXPECT_EQ(client.get("/hello", {{"X", std::string(500, 'x')}}).status, 200U);
  const HttpResponse response = client.get("/hello", {{"X", std::string(2'000, 'x')}});
  EXPECT_EQ(response.status, 431U);
  EXPECT_EQ(response.header("Connection"), "close");
}

TEST(ServerLimit, EndlessRequestLineIsRefused) {
  TestServer test;
  HttpClient client = test.client();
  client.send("GET /" + std::string(20'000, 'x'));
  EXPECT_EQ(client.receive().status, 431U);
}

TEST(ServerLimit, LargeBodyIsRefusedBeforeItIsSent) {
  TestServer test;
  HttpClient client = test.client();
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 8388609\r\n\r\n");
  const HttpResponse response = client.receive();
  EXPECT_EQ(response.status, 413U);
  EXPECT_TRUE(response.to_json().at("detail").is_string());
  EXPECT_EQ(test.observed(1).front().method, Method::post);
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerLimit, BodyOfExactlyTheLimitIsTaken) {
  TestServer test;
  HttpClient client = test.client();
  const std::string body(8U << 20U, 'x');
  EXPECT_EQ(client.post("/echo", body).body.size(), body.size());
}

TEST(ServerLimit, ChunkedBodyPastTheLimitIsRefused) {
  ServerOptions options;
  options.body_limit_bytes = 10;
  TestServer test(options);
  HttpClient client = test.client();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
      "6\r\nabcdef\r\n6\r\nabcdef\r\n");
  EXPECT_EQ(client.receive().status, 413U);
}

TEST(ServerLimit, ClientThatGoesOnSendingStillReadsTheRefusal) {
  TestServer test;
  HttpClient client = test.client();
  const std::string body(9U << 20U, 'x');
  EXPECT_EQ(client.post("/echo", body).status, 413U);
}

TEST(ServerLimit, SlowHeaderIsCutOff) {
  ServerOptions options;
  options.header_timeout = seconds(1);
  TestServer test(options);
  HttpClient client = test.client();
  client.send("GET /hello HTTP/1.1\r\n");
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_TRUE(wait_until([&test] { return test.server->stats().connections == 0; }));
}

TEST(ServerLimit, SilentClientIsCutOff) {
  ServerOptions options;
  options.header_timeout = seconds(1);
  TestServer test(options);
  HttpClient client = test.client();
  client.connect();
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerLimit, SlowBodyIsCutOff) {
  ServerOptions options;
  options.body_timeout = seconds(1);
  TestServer test(options);
  HttpClient client = test.client();
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerLimit, IdleConnectionIsClosed) {
  ServerOptions options;
  options.idle_timeout = seconds(1);
  TestServer test(options);
  HttpClient client = test.client();
  (void)client.get("/hello");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerLimit, ClientThatDoesNotReadIsCutOff) {
  ServerOptions options;
  options.body_timeout = seconds(1);
  TestServer test(options);
  HttpClient client = test.client();
  client.send("GET /huge HTTP/1.1\r\nHost: t\r\n\r\n");
  (void)test.observed(1);
  EXPECT_TRUE(wait_until([&test] { return test.server->stats().connections == 0; }));
}

TEST(ServerLimit, HandlerMayTakeLongerThanAnyReadTimeout) {
  ServerOptions options;
  options.header_timeout = options.body_timeout = options.idle_timeout = seconds(1);
  TestServer test(options);
  HttpClient slow = test.client();
  HttpClient idle = test.client();
  (void)idle.get("/hello");
  slow.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  test.gate.await_arrivals(1);
  EXPECT_TRUE(idle.wait_for_close());
  test.gate.open();
  EXPECT_EQ(slow.receive().body, "waited");
}

TEST(ServerLimit, OneConnectionTooManyOfAClientIsRefused) {
  ServerOptions options;
  options.max_connections_per_client = 1;
  TestServer test(options);
  HttpClient first = test.client();
  (void)first.get("/hello");
  HttpClient second = test.client();
  second.connect();
  const HttpResponse response = second.receive();
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.header("Retry-After"), "1");
  EXPECT_TRUE(response.to_json().at("detail").is_string());
  EXPECT_TRUE(second.wait_for_close());
  EXPECT_EQ(test.server->stats().refused_connections, 1U);
  EXPECT_EQ(test.server->stats().connections, 1U);
}

TEST(ServerLimit, OneConnectionTooManyInAllIsRefused) {
  ServerOptions options;
  options.max_connections = 1;
  TestServer test(options);
  HttpClient first = test.client();
  (void)first.get("/hello");
  HttpClient second = test.client();
  second.connect();
  EXPECT_EQ(second.receive().status, 503U);
}

TEST(ServerLimit, ClosedConnectionMakesRoom) {
  ServerOptions options;
  options.max_connections = 1;
  options.max_connections_per_client = 1;
  TestServer test(options);
  HttpClient first = test.client();
  (void)first.get("/hello");
  first.disconnect();
  ASSERT_TRUE(wait_until([&test] { return test.server->stats().connections == 0; }));
  HttpClient second = test.client();
  EXPECT_EQ(second.get("/hello").status, 200U);
}

}  // namespace
}  // namespace replay::http
