#include "http/request.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace replay::http {
namespace {

Request with_query(std::string name, std::string value) {
  Request request;
  request.query.emplace_back(std::move(name), std::move(value));
  return request;
}

TEST(Request, FirstQueryValueWins) {
  Request request = with_query("a", "1");
  request.query.emplace_back("a", "2");
  EXPECT_EQ(request.query_value("a"), "1");
}

TEST(Request, AbsentQueryValueIsNone) { EXPECT_EQ(Request{}.query_value("a"), std::nullopt); }

TEST(Request, NumberWithinItsBoundsIsTaken) {
  EXPECT_EQ(with_query("limit", "1").query_between("limit", 1, 500, 200), 1);
  EXPECT_EQ(with_query("limit", "500").query_between("limit", 1, 500, 200), 500);
}

TEST(Request, AbsentNumberIsTheDefault) {
  EXPECT_EQ(Request{}.query_between("limit", 1, 500, 200), 200);
}

class BadNumber : public ::testing::TestWithParam<const char*> {};

TEST_P(BadNumber, IsOutOfRangeAndNamesBothBounds) {
  try {
    (void)with_query("limit", GetParam()).query_between("limit", 1, 500, 200);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::out_of_range);
    EXPECT_STREQ(error.what(), "limit must be a whole number from 1 to 500.");
  }
}

INSTANTIATE_TEST_SUITE_P(Request, BadNumber,
                         ::testing::Values("0", "501", "-1", "", " 5", "5 ", "5x", "1.5", "1e2",
                                           "99999999999999999999"));

TEST(Request, AbsentHeaderIsEmpty) {
  Request request;
  request.headers["accept"] = "text/html";
  EXPECT_EQ(request.header("accept"), "text/html");
  EXPECT_EQ(request.header("accept-encoding"), "");
}

}  // namespace
}  // namespace replay::http
