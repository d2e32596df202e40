#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace replay::summary {

/// Durations as a mergeable histogram with geometric buckets: any quantile within 1 % of the exact
/// one.
///
/// Units: seconds. Range: 0 and 1e-6 … 1e9, clamped into it. Size: ≤ 2 KiB encoded for a day of
/// typical lags. Rank: nearest rank — quantile(q) answers for the smallest sample with at least the
/// share q of all at or below it, i.e. the ceil(q·n)-th smallest, which is how the contract defines
/// "exact". Relative error: α = 0.5 % (buckets (γ^(i-1), γ^i], γ = (1+α)/(1-α), answered by
/// 2γ^i/(γ+1)), half of what is promised. A value; not synchronised. Source: Masson, Rim, Lee,
/// "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB
/// 12(12), 2019.
class QuantileSketch {
 public:
  void add(double seconds, std::uint64_t count = 1);
  void merge(const QuantileSketch& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// q in [0, 1]; nullopt where there are no samples.
  [[nodiscard]] std::optional<double> quantile(double q) const;

  /// Bytes: version 1, then varints: count of zeros, number of buckets, and per bucket the index as
  /// zigzag difference to the one before and the count.
  [[nodiscard]] std::string encode() const;
  /// Throws Error(corrupt) for bytes that encode() did not make.
  [[nodiscard]] static QuantileSketch decode(std::string_view bytes);

  friend bool operator==(const QuantileSketch&, const QuantileSketch&) = default;

 private:
  std::map<std::int32_t, std::uint64_t> buckets_;
  std::uint64_t zeros_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace replay::summary
