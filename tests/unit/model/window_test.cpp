#include "model/window.h"

#include <gtest/gtest.h>

namespace replay {
namespace {

using namespace std::chrono_literals;

TEST(Window, IsANumberOfMinutesHoursOrDays) {
  EXPECT_EQ(Window::parse("1m")->length(), Duration{1min});
  EXPECT_EQ(Window::parse("1h")->length(), Duration{1h});
  EXPECT_EQ(Window::parse("24h")->length(), Duration{24h});
  EXPECT_EQ(Window::parse("90d")->length(), Duration{std::chrono::days{90}});
  EXPECT_EQ(Window::parse("129600m")->length(), Duration{std::chrono::days{90}});
}

TEST(Window, KeepsTheTextItWasGiven) { EXPECT_EQ(Window::parse("24h")->text(), "24h"); }

TEST(Window, EndsAtAMinuteAndAtNinetyDays) {
  for (const char* text : {"0m", "0h", "91d", "2161h", "129601m", "99999999999999999999h"}) {
    EXPECT_FALSE(Window::parse(text)) << text;
  }
}

TEST(Window, AnyOtherTextIsRefused) {
  for (const char* text : {"", "h", "24", "60s", "60000ms", "-1h", "+1h", "1.5h", "1 h", " 1h",
                           "1h ", "1H", "1w", "1hh"}) {
    EXPECT_FALSE(Window::parse(text)) << text;
  }
}

}  // namespace
}  // namespace replay
