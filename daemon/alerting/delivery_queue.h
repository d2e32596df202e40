#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "alerting/rule_state.h"
#include "alerting/sample.h"

namespace replay::alerting {

/// What an Alertmanager has still to be told: of each alert the newest state, so that a long outage
/// costs no more than a short one and ends with the truth. Not synchronised.
class DeliveryQueue {
 public:
  explicit DeliveryQueue(std::size_t limit) : limit_(limit) {}

  /// False where the queue is full of other alerts; then this one is dropped.
  bool put(Notification notification);

  /// Up to `most` of them; they wait on until they are removed.
  [[nodiscard]] std::vector<Notification> first(std::size_t most) const;

  /// Those that need no more be delivered, but where something newer has been put since.
  void remove(const std::vector<Notification>& batch);

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  std::size_t limit_;
  std::map<Labels, Notification> waiting_;
};

}  // namespace replay::alerting
