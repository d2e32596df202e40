#include "alerting/delivery_queue.h"

#include <algorithm>
#include <utility>

namespace replay::alerting {

bool DeliveryQueue::put(Notification notification) {
  const auto known = waiting_.find(notification.labels);
  if (known == waiting_.end() && waiting_.size() >= limit_) return false;
  Labels labels = notification.labels;
  waiting_.insert_or_assign(std::move(labels), std::move(notification));
  return true;
}

std::vector<Notification> DeliveryQueue::first(std::size_t most) const {
  std::vector<Notification> batch;
  batch.reserve(std::min(most, waiting_.size()));
  for (const auto& [labels, notification] : waiting_) {
    if (batch.size() == most) break;
    batch.push_back(notification);
  }
  return batch;
}

void DeliveryQueue::remove(const std::vector<Notification>& batch) {
  for (const Notification& delivered : batch) {
    const auto waiting = waiting_.find(delivered.labels);
    if (waiting != waiting_.end() && waiting->second == delivered) waiting_.erase(waiting);
  }
}

}  // namespace replay::alerting
