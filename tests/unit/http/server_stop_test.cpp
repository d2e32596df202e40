#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "test_server.h"

namespace replay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HttpClient;
using testing::HttpResponse;

constexpr std::string_view kWait = "GET /wait HTTP/1.1\r\nHost: t\r\n\r\n";

bool refuses_connections(const TestServer& test) {
  try {
    test.client().connect();
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

TEST(ServerStop, ClosesIdleConnectionsAtOnce) {
  TestServer test;
  HttpClient client = test.client();
  (void)client.get("/hello");
  test.server->stop(seconds(20));
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(test.server->stats().connections, 0U);
}

TEST(ServerStop, ClosesConnectionsThatNeverAsk) {
  TestServer test;
  HttpClient client = test.client();
  client.connect();
  ASSERT_TRUE(wait_until([&test] { return test.server->stats().connections == 1; }));
  test.server->stop(seconds(20));
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerStop, AnswersTheFirstRequestOfAConnectionItHasTaken) {
  ServerOptions options;
  options.first_request_patience = seconds(20);
  TestServer test(options);
  HttpClient client = test.client();
  client.connect();
  ASSERT_TRUE(wait_until([&test] { return test.server->stats().connections == 1; }));
  auto stopped = std::async(std::launch::async, [&test] { test.server->stop(seconds(20)); });
  ASSERT_TRUE(wait_until([&test] { return refuses_connections(test); }));
  const HttpResponse response = client.get("/hello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Connection"), "close");
  stopped.get();
}

TEST(ServerStop, LetsTheRequestUnderWayFinish) {
  TestServer test;
  HttpClient client = test.client();
  client.send(kWait);
  test.gate.await_arrivals(1);
  EXPECT_EQ(test.server->stats().requests_in_flight, 1U);
  auto stopped = std::async(std::launch::async, [&test] { test.server->stop(seconds(20)); });
  EXPECT_EQ(stopped.wait_for(milliseconds(50)), std::future_status::timeout);
  test.gate.open();
  const HttpResponse response = client.receive();
  EXPECT_EQ(response.body, "waited");
  EXPECT_EQ(response.header("Connection"), "close");
  EXPECT_TRUE(client.wait_for_close());
  stopped.get();
  EXPECT_EQ(test.server->stats().connections, 0U);
}

TEST(ServerStop, TakesNoMoreConnections) {
  TestServer test;
  HttpClient client = test.client();
  test.server->stop(seconds(20));
  EXPECT_THROW(client.connect(), std::runtime_error);
}

TEST(ServerStop, ClosesWhatIsLeftAfterTheLimit) {
  TestServer test;
  HttpClient client = test.client();
  client.send(kWait);
  test.gate.await_arrivals(1);
  test.server->stop(milliseconds(10));
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_TRUE(wait_until([&test] { return test.server->stats().connections == 0; }));
}

TEST(ServerStop, DestructionEndsRequestsUnderWay) {
  TestServer test;
  HttpClient client = test.client();
  client.send(kWait);
  test.gate.await_arrivals(1);
  test.server.reset();
  EXPECT_TRUE(client.wait_for_close());
}

TEST(ServerStop, MayBeCalledFromSeveralThreadsAndAgain) {
  TestServer test;
  HttpClient client = test.client();
  (void)client.get("/hello");
  {
    const std::jthread first([&test] { test.server->stop(seconds(20)); });
    const std::jthread second([&test] { test.server->stop(seconds(20)); });
  }
  test.server->stop(seconds(20));
  EXPECT_EQ(test.server->stats().connections, 0U);
}

TEST(ServerStop, UnderLoadLosesNoAnswerItBegan) {
  TestServer test;
  std::vector<std::jthread> clients;
  std::atomic<std::size_t> answered = 0;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&test, &answered] {
      try {
        HttpClient client = test.client();
        while (client.get("/tagged").status == 200) ++answered;
      } catch (const std::runtime_error&) {  // closed between two requests, as it should be
      }
    });
  }
  ASSERT_TRUE(wait_until([&answered] { return answered > 20; }));
  test.server->stop(seconds(20));
  clients.clear();
  EXPECT_EQ(test.observed(answered).size(), answered);
}

}  // namespace
}  // namespace replay::http
