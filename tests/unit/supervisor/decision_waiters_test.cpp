#include "supervisor/decision_waiters.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

namespace replay::supervisor {
namespace {

using std::chrono::milliseconds;

std::vector<std::string> decided(const std::vector<Outcome>& outcomes) {
  std::vector<std::string> events;
  for (const Outcome& outcome : outcomes) events.push_back(outcome.event.str());
  return events;
}

class Waiting : public ::testing::Test {
 protected:
  std::vector<std::string> wait(DecisionWaiters::Ticket& ticket, milliseconds limit) {
    auto result = boost::asio::co_spawn(io, ticket.outcomes(limit), boost::asio::use_future);
    io.run();
    return decided(result.get());
  }
  void announce(const std::string& event) {
    const std::vector<Outcome> outcomes{{EventId(event), DecisionId("d"), "ALLOW", "r"}};
    waiters.announce(outcomes);
  }

  DecisionWaiters waiters;
  boost::asio::io_context io;
};

TEST_F(Waiting, WhatWasDecidedBeforeTheWaitBeganCounts) {
  auto ticket = waiters.expect({EventId("a")});
  announce("a");
  EXPECT_EQ(wait(ticket, std::chrono::hours{1}), std::vector<std::string>{"a"});
}

TEST_F(Waiting, EndsWhenTheLastEventIsDecidedByAnotherThread) {
  auto ticket = waiters.expect({EventId("a"), EventId("b")});
  std::thread decider([this] {
    announce("b");
    announce("other");
    announce("a");
  });
  EXPECT_EQ(wait(ticket, std::chrono::hours{1}), (std::vector<std::string>{"b", "a"}));
  decider.join();
}

TEST_F(Waiting, TellsWhatThereIsWhenTimeIsUp) {
  auto ticket = waiters.expect({EventId("a"), EventId("b")});
  announce("a");
  EXPECT_EQ(wait(ticket, milliseconds{1}), std::vector<std::string>{"a"});
}

TEST_F(Waiting, AnEventDecidedTwiceIsToldOnce) {
  auto ticket = waiters.expect({EventId("a")});
  announce("a");
  announce("a");
  EXPECT_EQ(wait(ticket, milliseconds{1}).size(), 1U);
}

}  // namespace
}  // namespace replay::supervisor
