#include "base/time.h"

#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace replay {
namespace {

using namespace std::chrono_literals;

constexpr Instant kMorning = std::chrono::sys_days{std::chrono::year{2026} / 1 / 28} + 10h + 30min;

TEST(Instant, EveryFormOfARegistryIsRead) {
  const std::pair<std::string, Instant> forms[] = {
      {"2026-01-28T10:30:00.123456Z", kMorning + 123'456us},
      {"2026-01-28T10:30:00Z", kMorning},
      {"2026-01-28t10:30:00z", kMorning},
      {"2026-01-28 10:30:00", kMorning},
      {"2026-01-28T10:30:00", kMorning},
      {"2026-01-28 10:30:00Z", kMorning},
      {"2026-01-28T10:30:00+00:00", kMorning},
      {"2026-01-28T10:30:00-00:00", kMorning},
      {"2026-01-28T16:00:00+05:30", kMorning},
      {"2026-01-28T16:00:00+0530", kMorning},
      {"2026-01-28T15:30:00+05", kMorning},
      {"2026-01-28 02:30:00.5-08:00", kMorning + 500ms},
      {"2026-01-29T00:15:00+13:45", kMorning},
      {"2024-02-29T00:00:00Z", std::chrono::sys_days{std::chrono::year{2024} / 2 / 29}},
      {"0001-01-01T00:00:00Z", std::chrono::sys_days{std::chrono::year{1} / 1 / 1}},
      {"1969-12-31T23:59:59.999999Z", Instant{-1us}},
  };
  for (const auto& [text, expected] : forms) EXPECT_EQ(parse_instant(text), expected) << text;
}

TEST(Instant, FractionsHaveOneToNineDigitsCutAfterTheSixth) {
  EXPECT_EQ(parse_instant("2026-01-28T10:30:00.1Z"), kMorning + 100ms);
  EXPECT_EQ(parse_instant("2026-01-28T10:30:00.000001Z"), kMorning + 1us);
  EXPECT_EQ(parse_instant("2026-01-28T10:30:00.1234569Z"), kMorning + 123'456us);
  EXPECT_EQ(parse_instant("2026-01-28T10:30:00.123456999Z"), kMorning + 123'456us);
  EXPECT_EQ(parse_instant("2026-01-28T10:30:00.Z"), std::nullopt);
  EXPECT_EQ(parse_instant("2026-01-28T10:30:00.1234567890Z"), std::nullopt);
}

TEST(Instant, AnythingElseIsUnreadable) {
  const std::string texts[] = {
      "",
      "garbage",
      "12",
      "2026-01-28",
      "2026-01-28T10:30",
      "2026-01-28T10:30:00Zx",
      "2026-01-28T10:30:00 Z",
      " 2026-01-28T10:30:00Z",
      "2026-01-28T10:30:00,5Z",
      "2026-02-31T00:00:00Z",
      "2026-02-29T00:00:00Z",
      "2026-00-01T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-01-00T00:00:00Z",
      "0000-01-01T00:00:00Z",
      "12026-01-28T10:30:00Z",
      "-026-01-28T10:30:00Z",
      "2026-01-28T24:00:00Z",
      "2026-01-28T10:60:00Z",
      "2026-01-28T10:30:60Z",
      "2026-01-28T10:30:00+24:00",
      "2026-01-28T10:30:00+05:60",
      "2026-01-28T10:30:00+5",
      "2026-01-28T10:30:00+05:3",
      "2026-1-28T10:30:00Z",
      "2026/01/28T10:30:00Z",
      std::string("2026-01-28T10:30:00Z\0", 21),
  };
  for (const std::string& text : texts) EXPECT_EQ(parse_instant(text), std::nullopt) << text;
}

TEST(Instant, AnOffsetCannotLeaveTheYearsThatAreWritten) {
  EXPECT_EQ(parse_instant("0001-01-01T00:00:00+00:01"), std::nullopt);
  EXPECT_EQ(parse_instant("9999-12-31T23:59:59-00:01"), std::nullopt);
  EXPECT_TRUE(parse_instant("9999-12-31T23:59:59.999999Z"));
}

TEST(Instant, IsWrittenInOneForm) {
  EXPECT_EQ(format_instant(kMorning), "2026-01-28T10:30:00.000000Z");
  EXPECT_EQ(format_instant(kMorning + 42us), "2026-01-28T10:30:00.000042Z");
  EXPECT_EQ(format_instant(Instant{-1us}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_instant(std::chrono::sys_days{std::chrono::year{1} / 1 / 1}),
            "0001-01-01T00:00:00.000000Z");
}

TEST(Instant, ReadsBackWhatItWrites) {
  constexpr unsigned kSeed = 20'260'128;
  std::mt19937_64 random(kSeed);
  const std::int64_t first = to_micros(std::chrono::sys_days{std::chrono::year{1} / 1 / 1});
  const std::int64_t last = to_micros(std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}) - 1;
  std::uniform_int_distribution<std::int64_t> any(first, last);
  for (int i = 0; i < 10'000; ++i) {
    const Instant when = from_micros(any(random));
    ASSERT_EQ(parse_instant(format_instant(when)), when) << "seed " << kSeed;
  }
}

TEST(Instant, ANumberIsSecondsMillisecondsOrMicroseconds) {
  EXPECT_EQ(instant_from_number(1'769'596'200), kMorning);
  EXPECT_EQ(instant_from_number(1'769'596'200.5), kMorning + 500ms);
  EXPECT_EQ(instant_from_number(1'769'596'200'000.0), kMorning);
  EXPECT_EQ(instant_from_number(1'769'596'200'000'000.0), kMorning);
  EXPECT_EQ(instant_from_number(0), Instant{});
}

TEST(Instant, ANumberThatIsNoTimeIsUnreadable) {
  for (const double number : {-1.0, 1e18, std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(instant_from_number(number), std::nullopt) << number;
  }
}

TEST(Instant, TheHourOfAnInstantBefore1970IsTheOneThatHoldsIt) {
  EXPECT_EQ(floor_hour(kMorning), kMorning - 30min);
  EXPECT_EQ(floor_hour(Instant{-1us}), Instant{-1h});
}

TEST(Duration, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(parse_duration("250ms"), Duration{250ms});
  EXPECT_EQ(parse_duration("5s"), Duration{5s});
  EXPECT_EQ(parse_duration("10m"), Duration{10min});
  EXPECT_EQ(parse_duration("24h"), Duration{24h});
  EXPECT_EQ(parse_duration("7d"), Duration{std::chrono::days{7}});
  EXPECT_EQ(parse_duration("0s"), Duration{});
  EXPECT_EQ(parse_duration("36525d"), Duration{std::chrono::days{36'525}});
}

TEST(Duration, AnyOtherTextIsRefused) {
  for (const std::string text :
       {"", "5", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5S", "5sec", "5us", "36526d",
        "99999999999999999999s", "9223372036854775807d"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace replay
