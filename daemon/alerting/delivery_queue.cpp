#include "alerting/delivery_queue.h"

#include <utility>

namespace replay::alerting {

bool DeliveryQueue::put(Notification notification) {
  const auto known = waiting_.find(notification.labels);
  if (known == waiting_.end() && waiting_.size() >= limit_) return false;
  Labels labels = notification.labels;
  waiting_.insert_or_assign(std::move(labels), std::move(notification));
  return true;
}

std::vector<Notification> DeliveryQueue::take(std::size_t most) {
  std::vector<Notification> batch;
  while (batch.size() < most && !waiting_.empty()) {
    batch.push_back(std::move(waiting_.begin()->second));
    waiting_.erase(waiting_.begin());
  }
  return batch;
}

void DeliveryQueue::give_back(const std::vector<Notification>& batch) {
  for (const Notification& notification : batch)
    waiting_.try_emplace(notification.labels, notification);
}

}  // namespace replay::alerting
