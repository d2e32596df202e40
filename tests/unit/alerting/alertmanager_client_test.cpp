#include "alerting/alertmanager_client.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "tests/support/http_receiver.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

using alerting::AlertmanagerClient;
using alerting::Notification;

Notification notification(const std::string& name, int ends = 240) {
  return {.labels = {{"alertname", name}},
          .annotations = {{"summary", "Much."}},
          .starts_at = Instant{},
          .ends_at = Instant{} + std::chrono::seconds{ends}};
}

class Alertmanager : public ::testing::Test {
 protected:
  SystemClock clock_;
  Logger log_{LogLevel::error, LogFormat::logfmt};
};

TEST_F(Alertmanager, IsToldOfAlertsInItsOwnForm) {
  const HttpReceiver receiver;
  AlertmanagerClient client(receiver.url(), clock_, log_);
  client.send({notification("A")}, "http://host:8080/x");
  wait_until("the alert", [&] { return !receiver.posts().empty(); });
  const HttpReceiver::Post post = receiver.posts().front();
  EXPECT_EQ(post.path, "/api/v2/alerts");
  EXPECT_EQ(parse_json(post.body), (json::array{{{"labels", {{"alertname", "A"}}},
                                                 {"annotations", {{"summary", "Much."}}},
                                                 {"startsAt", "1970-01-01T00:00:00.000000Z"},
                                                 {"endsAt", "1970-01-01T00:04:00.000000Z"},
                                                 {"generatorURL", "http://host:8080/x"}}}));
  wait_until("the delivery to be counted", [&] { return client.status().attempted == 1; });
  EXPECT_EQ(client.status().failed, 0U);
  EXPECT_EQ(client.status().queued, 0U);
  EXPECT_TRUE(client.status().last_delivery.has_value());
}

TEST_F(Alertmanager, ThatIsAwayGetsTheNewestStateOnceItIsBack) {
  const std::uint16_t port = free_port();
  AlertmanagerClient client("http://127.0.0.1:" + std::to_string(port), clock_, log_);
  client.send({notification("A", 1)}, "");
  wait_until("the failure", [&] { return client.status().failed >= 1; });
  EXPECT_FALSE(client.status().last_error.empty());
  client.send({notification("A", 2)}, "");
  EXPECT_EQ(client.status().queued, 1U);
  const HttpReceiver receiver(port);
  wait_until("the alert", [&] { return !receiver.posts().empty(); });
  EXPECT_NE(receiver.posts().front().body.find("00:00:02"), std::string::npos);
  wait_until("the queue to be empty",
             [&] { return client.status().queued == 0 && client.status().last_error.empty(); });
  EXPECT_EQ(client.status().dropped, 0U);
}

TEST_F(Alertmanager, ThatRefusesAnAlertForGoodIsNotAskedAgain) {
  HttpReceiver receiver;
  receiver.answer_with(400);
  AlertmanagerClient client(receiver.url(), clock_, log_);
  client.send({notification("A")}, "");
  wait_until("the refusal", [&] { return client.status().dropped == 1; });
  EXPECT_EQ(client.status().queued, 0U);
  EXPECT_EQ(client.status().last_error, "it answered 400");
  receiver.answer_with(200);
  client.send({notification("B")}, "");
  wait_until("the next one", [&] { return client.status().last_delivery.has_value(); });
  EXPECT_EQ(receiver.posts().size(), 2U);
}

TEST_F(Alertmanager, ThatIsInTroubleIsAskedAgain) {
  HttpReceiver receiver;
  receiver.answer_with(503);
  AlertmanagerClient client(receiver.url(), clock_, log_);
  client.send({notification("A")}, "");
  wait_until("the trouble", [&] { return client.status().failed >= 1; });
  receiver.answer_with(200);
  wait_until("the delivery", [&] { return client.status().last_delivery.has_value(); });
  EXPECT_EQ(client.status().dropped, 0U);
}

}  // namespace
}  // namespace replay::testing
