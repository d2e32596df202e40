#include "alerting/delivery_queue.h"

#include <gtest/gtest.h>

namespace replay::alerting {
namespace {

Notification of(const std::string& name, int ends = 0) {
  return {{{"alertname", name}}, {}, Instant{}, Instant{} + std::chrono::seconds{ends}};
}

TEST(DeliveryQueue, KeepsTheNewestOfEachAlert) {
  DeliveryQueue queue(10);
  EXPECT_TRUE(queue.put(of("a", 1)));
  EXPECT_TRUE(queue.put(of("a", 2)));
  const auto batch = queue.first(10);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.front().ends_at, of("a", 2).ends_at);
}

TEST(DeliveryQueue, HoldsWhatIsUnderWayUntilItIsRemoved) {
  DeliveryQueue queue(10);
  queue.put(of("a"));
  queue.put(of("b"));
  const auto batch = queue.first(1);
  EXPECT_EQ(batch.size(), 1U);
  EXPECT_EQ(queue.size(), 2U);
  queue.remove(batch);
  EXPECT_EQ(queue.size(), 1U);
}

TEST(DeliveryQueue, DropsOtherAlertsWhereFull) {
  DeliveryQueue queue(1);
  EXPECT_TRUE(queue.put(of("a")));
  EXPECT_FALSE(queue.put(of("b")));
  EXPECT_TRUE(queue.put(of("a", 2)));
}

TEST(DeliveryQueue, KeepsWhatIsNewerThanWhatWasDelivered) {
  DeliveryQueue queue(10);
  queue.put(of("a", 1));
  queue.put(of("b", 1));
  auto batch = queue.first(10);
  queue.put(of("a", 2));
  queue.remove(batch);
  batch = queue.first(10);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].ends_at, of("a", 2).ends_at);
}

}  // namespace
}  // namespace replay::alerting
