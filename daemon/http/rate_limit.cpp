#include "http/rate_limit.h"

#include <algorithm>
#include <list>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"

namespace replay::http {
namespace {

using Micros = std::chrono::microseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Past it the client seen longest ago is forgotten, whose bucket is the fullest of those equally
/// used.
constexpr std::size_t kMaxClients = 10'000;

/// Whole numbers, so that a token is there at its microsecond: a bucket gains `per_minute` drops
/// each microsecond, and a token is as many drops as a minute has microseconds.
using Drops = std::uint64_t;
constexpr Drops kToken = Micros(std::chrono::minutes(1)).count();

struct Bucket {
  std::string client;
  Drops drops = 0;
  SteadyTime seen;
};

/// Rounded up, so that who waits that long is not refused again.
std::chrono::seconds time_to_gain(Drops drops, Drops per_micro) {
  return std::chrono::ceil<std::chrono::seconds>(Micros((drops + per_micro - 1) / per_micro));
}

void refill(Bucket& bucket, Drops per_micro, SteadyTime now) {
  const auto gone = std::clamp(std::chrono::duration_cast<Micros>(now - bucket.seen), Micros(0),
                               Micros(std::chrono::minutes(1)));
  const Drops full = per_micro * kToken;
  bucket.drops = std::min(full, bucket.drops + static_cast<Drops>(gone.count()) * per_micro);
  bucket.seen = std::max(bucket.seen, now);
}

}  // namespace

struct RateLimit::Impl {
  const Clock& clock;
  Mutex mutex;
  Drops per_minute GUARDED_BY(mutex);
  std::list<Bucket> buckets GUARDED_BY(mutex);  ///< the client seen last in front
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_client GUARDED_BY(mutex);

  Impl(const Clock& time, std::uint32_t limit) : clock(time), per_minute(limit) {}

  Bucket& bucket_of(const std::string& client, SteadyTime now) REQUIRES_LOCK(mutex) {
    if (const auto found = by_client.find(client); found != by_client.end()) {
      buckets.splice(buckets.begin(), buckets, found->second);
    } else {
      forget(now);
      buckets.push_front({client, per_minute * kToken, now});
      by_client.emplace(buckets.front().client, buckets.begin());
    }
    return buckets.front();
  }

  /// Any bucket is full again after a minute, and a full one says nothing.
  void forget(SteadyTime now) REQUIRES_LOCK(mutex) {
    while (!buckets.empty() && (buckets.size() >= kMaxClients ||
                                now - buckets.back().seen >= std::chrono::minutes(1))) {
      by_client.erase(buckets.back().client);
      buckets.pop_back();
    }
  }
};

RateLimit::RateLimit(const Clock& clock, std::uint32_t per_minute)
    : impl_(std::make_unique<Impl>(clock, per_minute)) {}

RateLimit::~RateLimit() = default;

RateLimit::Verdict RateLimit::take(const std::string& client) {
  const SteadyTime now = impl_->clock.steady_now();
  const MutexLock lock(impl_->mutex);
  const Drops per_minute = impl_->per_minute;
  if (per_minute == 0) return {};
  Bucket& bucket = impl_->bucket_of(client, now);
  refill(bucket, per_minute, now);

  Verdict verdict;
  verdict.allowed = bucket.drops >= kToken;
  if (verdict.allowed) {
    bucket.drops -= kToken;
  } else {
    verdict.retry_after = time_to_gain(kToken - bucket.drops, per_minute);
  }
  verdict.limit = static_cast<std::uint32_t>(per_minute);
  verdict.remaining = static_cast<std::uint32_t>(bucket.drops / kToken);
  verdict.reset = time_to_gain(per_minute * kToken - bucket.drops, per_minute);
  return verdict;
}

void RateLimit::set_per_minute(std::uint32_t per_minute) {
  const MutexLock lock(impl_->mutex);
  impl_->per_minute = per_minute;
}

}  // namespace replay::http
