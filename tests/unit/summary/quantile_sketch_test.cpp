#include "summary/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace replay::summary {
namespace {

constexpr unsigned kSeed = 20'260'128;
constexpr double kPromised = 0.01;
constexpr double kAlpha = 0.005 + 1e-9;  // what the header states, and the rounding of doubles

/// Exact by definition: whole numbers, sorted samples, nearest rank.
double exact(const std::vector<double>& sorted, std::uint64_t percent) {
  return sorted.at((percent * sorted.size() + 99) / 100 - 1);
}

QuantileSketch sketch_of(const std::vector<double>& samples) {
  QuantileSketch sketch;
  for (const double sample : samples) sketch.add(sample);
  return sketch;
}

struct Distribution {
  std::string name;
  std::function<double(std::mt19937_64&)> sample;
};

class EveryDistribution : public ::testing::TestWithParam<Distribution> {
 protected:
  std::vector<double> samples(std::size_t count) {
    std::vector<double> drawn;
    for (std::size_t i = 0; i < count; ++i) drawn.push_back(GetParam().sample(random_));
    return drawn;
  }

  static void expect_exact_enough(const QuantileSketch& sketch, std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    ASSERT_EQ(sketch.count(), samples.size());
    for (std::uint64_t percent = 1; percent <= 100; ++percent) {
      const double truth = exact(samples, percent);
      const auto answer = sketch.quantile(static_cast<double>(percent) / 100);
      ASSERT_TRUE(answer);
      ASSERT_LE(std::abs(*answer - truth), kAlpha * truth)
          << "percent " << percent << " of " << samples.size() << ", seed " << kSeed;
      ASSERT_LE(std::abs(*answer - truth), kPromised * truth);
    }
  }

  std::mt19937_64 random_{kSeed};
};

TEST_P(EveryDistribution, AnyQuantileIsWithinTheStatedError) {
  for (const std::size_t count : {1U, 2U, 3U, 10U, 1'000U, 100'000U}) {
    const std::vector<double> drawn = samples(count);
    expect_exact_enough(sketch_of(drawn), drawn);
  }
}

TEST_P(EveryDistribution, EncodingChangesNothing) {
  for (const std::size_t count : {1U, 3U, 1'000U}) {
    const QuantileSketch sketch = sketch_of(samples(count));
    EXPECT_EQ(QuantileSketch::decode(sketch.encode()), sketch);
  }
}

TEST_P(EveryDistribution, AnySplitMergesToTheWhole) {
  const std::vector<double> drawn = samples(1'000);
  const QuantileSketch whole = sketch_of(drawn);
  for (const std::ptrdiff_t split : {0, 1, 17, 500, 999, 1'000}) {
    const QuantileSketch first = sketch_of({drawn.begin(), drawn.begin() + split});
    const QuantileSketch second = sketch_of({drawn.begin() + split, drawn.end()});
    QuantileSketch merged = first;
    merged.merge(second);
    EXPECT_EQ(merged, whole) << split;
    QuantileSketch the_other_way = QuantileSketch::decode(second.encode());
    the_other_way.merge(first);
    EXPECT_EQ(the_other_way, whole) << split;
  }
}

INSTANTIATE_TEST_SUITE_P(
    QuantileSketch, EveryDistribution,
    ::testing::Values(
        Distribution{"Uniform",
                     [](auto& r) { return std::uniform_real_distribution<>(0.001, 10)(r); }},
        Distribution{"Lognormal",
                     [](auto& r) {
                       return std::clamp(std::lognormal_distribution<>(-1.9, 1.2)(r), 1e-6, 1e9);
                     }},
        Distribution{"Pareto",
                     [](auto& r) {
                       return std::min(1e9,
                                       0.001 / (1 - std::uniform_real_distribution<>(0, 1)(r)));
                     }},
        Distribution{"Constant", [](auto&) { return 0.25; }},
        Distribution{"Microseconds",
                     [](auto& r) {
                       return static_cast<double>(std::uniform_int_distribution<>(0, 50)(r)) / 1e6;
                     }},
        Distribution{"WithZeros",
                     [](auto& r) {
                       return r() % 3 == 0 ? 0.0 : std::exponential_distribution<>(2)(r) + 1e-6;
                     }}),
    [](const auto& of) { return of.param.name; });

TEST(QuantileSketch, WithoutSamplesHasNoQuantile) {
  EXPECT_EQ(QuantileSketch().quantile(0.5), std::nullopt);
}

TEST(QuantileSketch, AShareThatIsAWholeRankInArithmeticIsOneInDoubles) {
  QuantileSketch sketch;  // 0.55 * 100 is 55.000000000000007
  sketch.add(1, 55);
  sketch.add(1'000, 45);
  EXPECT_NEAR(*sketch.quantile(0.55), 1, 0.005);
  EXPECT_NEAR(*sketch.quantile(0.56), 1'000, 5);
}

TEST(QuantileSketch, TheEndsAreTheSmallestAndTheLargest) {
  QuantileSketch sketch;
  for (const double sample : {0.5, 2.0, 8.0}) sketch.add(sample);
  EXPECT_NEAR(*sketch.quantile(0), 0.5, 0.0025);
  EXPECT_NEAR(*sketch.quantile(1), 8, 0.04);
}

TEST(QuantileSketch, ClampsIntoItsRange) {
  QuantileSketch sketch;
  sketch.add(1e-9);
  sketch.add(1e12);
  EXPECT_NEAR(*sketch.quantile(0), 1e-6, 1e-8);
  EXPECT_NEAR(*sketch.quantile(1), 1e9, 1e7);
  EXPECT_EQ(QuantileSketch::decode(sketch.encode()), sketch);
}

TEST(QuantileSketch, CountsManyAtOnce) {
  QuantileSketch many;
  many.add(0.3, 1'000'000'000'000);
  many.add(0, 2);
  many.add(7, 0);
  EXPECT_EQ(many.count(), 1'000'000'000'002U);
  EXPECT_NEAR(*many.quantile(0.5), 0.3, 0.003);
}

TEST(QuantileSketch, ADayOfTypicalLagsTakesTwoKilobytes) {
  std::mt19937_64 random(kSeed);
  std::lognormal_distribution<> lag(-1.9, 1.2);
  QuantileSketch sketch;
  for (int i = 0; i < 35'000; ++i) sketch.add(lag(random));
  EXPECT_LE(sketch.encode().size(), 2'048U);
}

bool refused(const std::string& bytes) {
  try {
    (void)QuantileSketch::decode(bytes);
    return false;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    return true;
  }
}

TEST(QuantileSketch, RefusesEveryCutAndLengthenedEncoding) {
  const std::string bytes = sketch_of({0, 0.1, 0.2, 0.2, 5}).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(refused(bytes.substr(0, size))) << size;
  EXPECT_TRUE(refused(bytes + '\0'));
}

TEST(QuantileSketch, RefusesBytesItDoesNotWrite) {
  using namespace std::string_literals;
  EXPECT_FALSE(refused("\x01\x02\x01\x02\x05"s));         // two zeros, five samples in bucket 1
  EXPECT_TRUE(refused("\x02\x02\x01\x02\x05"s));          // another version
  EXPECT_TRUE(refused("\x01\x02\x01\x02\x00"s));          // an empty bucket
  EXPECT_TRUE(refused("\x01\x82\x00\x01\x02\x05"s));      // a number longer than need be
  EXPECT_TRUE(refused("\x01\x00\x02\x02\x05\x00\x05"s));  // the same bucket twice
  EXPECT_TRUE(refused("\x01\x00\x02\x02\x05\x01\x05"s));  // descending
  EXPECT_TRUE(refused(
      "\x01\x00\x01\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x05"s));  // a bucket out of range
  EXPECT_TRUE(refused(
      "\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x05"s));  // more buckets than bytes
  EXPECT_TRUE(refused("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s));  // more than 64 bits
  EXPECT_TRUE(
      refused("\x01\x01\x01\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s));  // the count overflows
}

}  // namespace
}  // namespace replay::summary
