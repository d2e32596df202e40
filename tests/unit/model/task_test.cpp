#include "model/task.h"

#include <gtest/gtest.h>

namespace replay {
namespace {

TEST(Status, IsTheSameInEitherLetterCase) {
  EXPECT_TRUE(same_status("blocked", "BLOCKED"));
  EXPECT_TRUE(same_status("Blocked", "bLOCKED"));
  EXPECT_TRUE(same_status("", ""));
  EXPECT_FALSE(same_status("blocked", "block"));
  EXPECT_FALSE(same_status("block", "blocked"));
  EXPECT_FALSE(same_status("paused", "blocked"));
}

TEST(Status, IsWrittenInTheCaseOfTheOneItReplaces) {
  EXPECT_EQ(in_case_of("BLOCKED", "running"), "blocked");
  EXPECT_EQ(in_case_of("BLOCKED", "RUNNING"), "BLOCKED");
  EXPECT_EQ(in_case_of("blocked", "RUNNING"), "BLOCKED");
  EXPECT_EQ(in_case_of("BLOCKED", "in_progress-2"), "blocked");
}

TEST(Status, IsUpperCaseWhereTheReplacedOneDoesNotTell) {
  EXPECT_EQ(in_case_of("BLOCKED", std::nullopt), "BLOCKED");
  EXPECT_EQ(in_case_of("BLOCKED", ""), "BLOCKED");
  EXPECT_EQ(in_case_of("BLOCKED", "Running"), "BLOCKED");
  EXPECT_EQ(in_case_of("BLOCKED", "42"), "BLOCKED");
}

}  // namespace
}  // namespace replay
