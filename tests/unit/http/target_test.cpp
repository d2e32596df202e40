#include <gtest/gtest.h>

#include "http/request.h"

namespace replay::http {
namespace {

using Segments = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

TEST(Target, IsSplitAtSlashesBeforeDecoding) {
  const auto target = parse_target("/tasks/a%2Fb/summary");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (Segments{"tasks", "a/b", "summary"}));
}

TEST(Target, PathIsDecoded) {
  EXPECT_EQ(parse_target("/tasks/%C3%A9%20x?y=1")->path, "/tasks/\xC3\xA9 x");
}

TEST(Target, SegmentsHoldAnyCharacterOfAnId) {
  EXPECT_EQ(parse_target("/%3F%25%23%F0%9F%98%80%00")->segments,
            (Segments{std::string("?%#\xF0\x9F\x98\x80\0", 8)}));
}

TEST(Target, TrailingSlashIsAnEmptySegment) {
  EXPECT_EQ(parse_target("/tasks/")->segments, (Segments{"tasks", ""}));
}

TEST(Target, RootIsOneEmptySegment) { EXPECT_EQ(parse_target("/")->segments, (Segments{""})); }

TEST(Target, QueryIsDecodedInOrder) {
  EXPECT_EQ(parse_target("/x?b=2&a=%26+1&a=%2B&flag&=v&&c=")->query,
            (Query{{"b", "2"}, {"a", "& 1"}, {"a", "+"}, {"flag", ""}, {"", "v"}, {"c", ""}}));
}

TEST(Target, ValueKeepsItsLaterEqualsSigns) {
  EXPECT_EQ(parse_target("/x?cursor=YQ==")->query, (Query{{"cursor", "YQ=="}}));
}

TEST(Target, PlusInAPathIsAPlus) { EXPECT_EQ(parse_target("/a+b")->path, "/a+b"); }

TEST(Target, AbsoluteFormIsItsPath) {
  EXPECT_EQ(parse_target("http://localhost:8080/tasks?x=1")->path, "/tasks");
  EXPECT_EQ(parse_target("http://localhost:8080")->path, "/");
}

class BrokenTarget : public ::testing::TestWithParam<const char*> {};

TEST_P(BrokenTarget, IsRefused) { EXPECT_FALSE(parse_target(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Target, BrokenTarget,
                         ::testing::Values("", "*", "tasks", "localhost:80", "/%", "/%4", "/%zz",
                                           "/%4g", "/x?a=%", "/x?%=1",
                                           "/%FF",           // no lead byte
                                           "/%C3",           // cut short
                                           "/%C3/%A9",       // cut by a slash
                                           "/%C0%AF",        // an overlong slash
                                           "/%E0%80%80",     // overlong
                                           "/%ED%A0%80",     // a surrogate
                                           "/%F4%90%80%80",  // past U+10FFFF
                                           "/x?a=%80"));

}  // namespace
}  // namespace replay::http
