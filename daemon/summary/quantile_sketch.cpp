#include "summary/quantile_sketch.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "summary/varint.h"

namespace replay::summary {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr double kAlpha = 0.005;
constexpr double kGamma = (1 + kAlpha) / (1 - kAlpha);
constexpr double kSmallest = 1e-6;
constexpr double kLargest = 1e9;

std::int32_t bucket_of(double seconds) {
  static const double kLogGamma = std::log(kGamma);
  return static_cast<std::int32_t>(std::ceil(std::log(seconds) / kLogGamma));
}

double value_of(std::int32_t bucket) { return 2 * std::pow(kGamma, bucket) / (kGamma + 1); }

/// ceil(q·n), at least 1. A product that misses a whole number by no more than its rounding is that
/// number: 0.55 · 100 is 55.000000000000007 and means the 55th sample, not the 56th.
std::uint64_t nearest_rank(double q, std::uint64_t count) {
  const double share = q * static_cast<double>(count);
  const double whole = std::round(share);
  const bool is_whole =
      std::abs(share - whole) <= 4 * std::numeric_limits<double>::epsilon() * share;
  const double rank = is_whole ? whole : std::ceil(share);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, count);
}

[[noreturn]] void throw_corrupt() {
  throw Error(ErrorKind::corrupt,
              "A stored lag sketch is damaged; run `decision-replay summary rebuild`.");
}

}  // namespace

void QuantileSketch::add(double seconds, std::uint64_t count) {
  assert(!std::isnan(seconds));
  if (count == 0) return;
  if (seconds > 0) {
    buckets_[bucket_of(std::clamp(seconds, kSmallest, kLargest))] += count;
  } else {
    zeros_ += count;
  }
  count_ += count;
}

void QuantileSketch::merge(const QuantileSketch& other) {
  // Both are sorted by bucket, so each insertion finds its place next to the one before.
  auto place = buckets_.begin();
  for (const auto& [bucket, count] : other.buckets_) {
    while (place != buckets_.end() && place->first < bucket) ++place;
    if (place != buckets_.end() && place->first == bucket) {
      place->second += count;
    } else {
      place = buckets_.emplace_hint(place, bucket, count);
    }
  }
  zeros_ += other.zeros_;
  count_ += other.count_;
}

std::optional<double> QuantileSketch::quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = nearest_rank(q, count_);
  std::uint64_t at_or_below = zeros_;
  if (rank <= at_or_below) return 0.0;
  for (const auto& [bucket, count] : buckets_) {
    at_or_below += count;
    if (rank <= at_or_below) return value_of(bucket);
  }
  assert(false && "count_ is the sum of zeros_ and buckets_");
  return std::nullopt;
}

std::string QuantileSketch::encode() const {
  std::string bytes(1, static_cast<char>(kVersion));
  append_varint(bytes, zeros_);
  append_varint(bytes, buckets_.size());
  std::int32_t previous = 0;
  for (const auto& [bucket, count] : buckets_) {
    append_varint(bytes, zigzag(bucket - previous));
    append_varint(bytes, count);
    previous = bucket;
  }
  return bytes;
}

QuantileSketch QuantileSketch::decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.byte() != kVersion) throw_corrupt();
  QuantileSketch sketch;
  sketch.zeros_ = sketch.count_ = in.varint();
  const std::int64_t lowest = bucket_of(kSmallest);
  const std::int64_t highest = bucket_of(kLargest);
  std::int64_t bucket = 0;
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::int64_t step = unzigzag(in.varint());
    if (step < lowest - highest || step > highest - lowest)
      throw_corrupt();  // also keeps the sum in range
    bucket += step;
    const std::uint64_t count = in.varint();
    const bool ascending = sketch.buckets_.empty() || bucket > sketch.buckets_.rbegin()->first;
    const bool fits = count <= std::numeric_limits<std::uint64_t>::max() - sketch.count_;
    if (!ascending || bucket < lowest || bucket > highest || count == 0 || !fits) throw_corrupt();
    sketch.buckets_.emplace_hint(sketch.buckets_.end(), static_cast<std::int32_t>(bucket), count);
    sketch.count_ += count;
  }
  // What is left are trailing bytes and numbers written longer than need be: not ours either way.
  if (sketch.encode() != bytes) throw_corrupt();
  return sketch;
}

}  // namespace replay::summary
