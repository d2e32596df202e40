#include "config/nearest.h"

#include <gtest/gtest.h>

namespace replay::config {
namespace {

TEST(Nearest, FindsTheNameWithOneLetterMissing) {
  EXPECT_EQ(nearest("log.levl", {"log.format", "log.level"}), "log.level");
}

TEST(Nearest, FindsTheNameWithLettersExchanged) {
  EXPECT_EQ(nearest("policy.flies", {"policy.files", "policy"}), "policy.files");
}

TEST(Nearest, TakesTheFirstOfEquals) { EXPECT_EQ(nearest("c", {"a", "b"}), "a"); }

TEST(Nearest, AnEmptyNameIsNearTheShortest) { EXPECT_EQ(nearest("", {"registry", "log"}), "log"); }

}  // namespace
}  // namespace replay::config
