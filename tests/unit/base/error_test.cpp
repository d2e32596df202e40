#include "base/error.h"

#include <gtest/gtest.h>

namespace replay {
namespace {

TEST(Error, DescribesEverythingNestedInIt) {
  try {
    try {
      throw std::runtime_error("disk I/O error");
    } catch (...) {
      std::throw_with_nested(Error(ErrorKind::unavailable, "Cannot write the registry."));
    }
  } catch (const Error& error) {
    EXPECT_EQ(describe(error), "Cannot write the registry: disk I/O error");
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  }
}

TEST(Error, DescribesWhatIsNoException) {
  try {
    try {
      throw 1;
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (const std::exception& error) {
    EXPECT_EQ(describe(error), "outer: unknown error");
  }
}

TEST(Error, CarriesWhenToComeAgain) {
  EXPECT_EQ(Error(ErrorKind::busy, "Full.", std::chrono::seconds{2}).retry_after(),
            std::chrono::seconds{2});
  EXPECT_EQ(Error(ErrorKind::busy, "Full.").retry_after(), std::nullopt);
}

}  // namespace
}  // namespace replay
