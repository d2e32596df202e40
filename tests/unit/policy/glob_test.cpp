#include "policy/glob.h"

#include <gtest/gtest.h>

namespace replay::policy {
namespace {

TEST(Glob, ExactNameMatchesItselfOnly) {
  const Glob glob("TASK_CREATED");
  EXPECT_TRUE(glob.matches("TASK_CREATED"));
  EXPECT_FALSE(glob.matches("TASK_CREATED_2"));
  EXPECT_FALSE(glob.matches("task_created"));
}

TEST(Glob, StarMatchesAnyRunEvenNone) {
  EXPECT_TRUE(Glob("TASK_*").matches("TASK_FAILED"));
  EXPECT_TRUE(Glob("TASK_*").matches("TASK_"));
  EXPECT_TRUE(Glob("*_COMPLETED").matches("TASK_STEP_COMPLETED"));
  EXPECT_FALSE(Glob("*_COMPLETED").matches("TASK_STEP_COMPLETED_NOT"));
  EXPECT_TRUE(Glob("*").matches(""));
}

TEST(Glob, LaterOccurrencesAreTried) {
  EXPECT_TRUE(Glob("a*bc*d").matches("abxbcxbcd"));
  EXPECT_FALSE(Glob("a*bc*d").matches("abxbxcd"));
}

TEST(Glob, ManyStarsTakeNoExponentialTime) {
  const std::string name(2'000, 'a');
  EXPECT_FALSE(Glob("*a*a*a*a*a*a*a*a*a*a*a*a*b").matches(name));
}

}  // namespace
}  // namespace replay::policy
