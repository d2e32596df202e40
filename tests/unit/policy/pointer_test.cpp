#include "policy/pointer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.h"

namespace replay::policy {
namespace {

std::vector<std::string> reached(const std::string& pointer, const std::string& document) {
  std::string problem;
  const auto parsed = Pointer::parse(pointer, problem);
  EXPECT_TRUE(parsed) << problem;
  std::vector<std::string> paths;
  const json::value root = *parse_json(document);
  parsed->visit(root, [&](const json::value&, const Path& path) {
    paths.push_back(to_string(path));
    return true;
  });
  return paths;
}

using Paths = std::vector<std::string>;

TEST(Pointer, NamesLeadToOneValue) {
  EXPECT_EQ(reached("/a/b", R"({"a":{"b":1,"c":2}})"), Paths{"/a/b"});
  EXPECT_EQ(reached("/a/x", R"({"a":{"b":1}})"), Paths{});
}

TEST(Pointer, NumbersLeadIntoArrays) {
  EXPECT_EQ(reached("/a/1", R"({"a":[5,6]})"), Paths{"/a/1"});
  EXPECT_EQ(reached("/a/01", R"({"a":[5,6]})"), Paths{});
}

TEST(Pointer, EscapesNameSlashAndTilde) {
  EXPECT_EQ(reached("/a~1b/~0", R"({"a/b":{"~":1}})"), Paths{"/a~1b/~0"});
}

TEST(Pointer, StarIsAnyMemberOrElement) {
  EXPECT_EQ(reached("/a/*/p", R"({"a":[{"p":1},{"q":1},{"p":1}]})"), (Paths{"/a/0/p", "/a/2/p"}));
  EXPECT_EQ(reached("/*", R"({"a":1,"b":2})"), (Paths{"/a", "/b"}));
}

TEST(Pointer, TwoStarsAreAnyDepthNoneIncluded) {
  EXPECT_EQ(reached("/a/**", R"({"a":{"b":[1]}})"), (Paths{"/a", "/a/b", "/a/b/0"}));
  EXPECT_EQ(reached("/**/p", R"({"p":1,"a":{"p":{"p":2}}})"), (Paths{"/p", "/a/p", "/a/p/p"}));
}

TEST(Pointer, ReachesEveryValueOnceHoweverManyWaysLeadThere) {
  EXPECT_EQ(reached("/**/a/**/a/**", R"({"a":{"a":{"a":{"b":1}}}})"),
            (Paths{"/a/a", "/a/a/a", "/a/a/a/b"}));
}

TEST(Pointer, DeepDocumentsTakeNoExponentialTime) {
  std::string document = "1";
  for (int i = 0; i < 200; ++i) document = R"({"a":)" + document + "}";
  EXPECT_EQ(reached("/**/a/**/a/**/a/**/a/**/a/**/b", document), Paths{});
}

TEST(Pointer, StopsWhereTheVisitorSaysSo) {
  std::string problem;
  const json::value root = *parse_json("[1,2,3]");
  int seen = 0;
  EXPECT_FALSE(Pointer::parse("/*", problem)->visit(root, [&](const json::value&, const Path&) {
    return ++seen < 2;
  }));
  EXPECT_EQ(seen, 2);
}

TEST(Pointer, RefusesWhatIsNoPointer) {
  for (const char* text : {"", "a/b", "/a*b", "/~2", "/~"}) {
    std::string problem;
    EXPECT_FALSE(Pointer::parse(text, problem)) << text;
    EXPECT_FALSE(problem.empty()) << text;
  }
}

}  // namespace
}  // namespace replay::policy
