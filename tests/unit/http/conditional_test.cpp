#include "http/conditional.h"

#include <gtest/gtest.h>

namespace replay::http {
namespace {

TEST(IfNoneMatch, NamesItsTag) { EXPECT_TRUE(names_etag(R"("abc")", "abc")); }
TEST(IfNoneMatch, DoesNotNameAnotherTag) { EXPECT_FALSE(names_etag(R"("abd")", "abc")); }
TEST(IfNoneMatch, ComparesWeakly) { EXPECT_TRUE(names_etag(R"(W/"abc")", "abc")); }
TEST(IfNoneMatch, StarNamesEveryTag) { EXPECT_TRUE(names_etag(" * ", "abc")); }
TEST(IfNoneMatch, NamesATagOfAList) { EXPECT_TRUE(names_etag(R"("x", W/"y" ,, "abc")", "abc")); }
TEST(IfNoneMatch, CommaInsideATagIsPartOfIt) {
  EXPECT_TRUE(names_etag(R"("a,b", "c")", "a,b"));
  EXPECT_FALSE(names_etag(R"("x,abc")", "abc"));
}
TEST(IfNoneMatch, AbsentNamesNothing) { EXPECT_FALSE(names_etag("", "abc")); }
TEST(IfNoneMatch, MalformedNamesNothing) {
  EXPECT_FALSE(names_etag("abc", "abc"));
  EXPECT_FALSE(names_etag(R"("abc)", "abc"));
  EXPECT_FALSE(names_etag(R"(w/"abc")", "abc"));
  EXPECT_FALSE(names_etag(R"(*, "abc")", "abc"));
}

}  // namespace
}  // namespace replay::http
