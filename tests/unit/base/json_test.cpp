#include "base/json.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace replay {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

const std::vector<std::string>& documents() {
  static const std::vector<std::string> texts{
      "{}",         "[]", "null", "1", "\"x\"", " {\"a\": [1, 2.5, true]} ", "{\"a\":1,\"a\":2}",
      "\"\\u00e9\""};
  return texts;
}

const std::vector<std::string>& others() {
  static const std::vector<std::string> texts{
      "",         " ",     "{",          "{\"a\":}", "{'a':1}",
      "[1,]",     "{} {}", "NaN",        "tru",      "\"\\ud800\"",
      "\"\xff\"", "01",    "{\"a\":1}x", "// c\n{}", nested(kMaxJsonDepth + 1)};
  return texts;
}

TEST(Json, DocumentsAreRead) {
  for (const std::string& text : documents()) EXPECT_TRUE(parse_json(text)) << text;
}

TEST(Json, AnythingElseIsRefusedWithoutThrowing) {
  for (const std::string& text : others()) EXPECT_FALSE(parse_json(text)) << text;
}

TEST(Json, CheckingAgreesWithParsing) {
  for (const std::string& text : documents()) EXPECT_TRUE(is_json(text)) << text;
  for (const std::string& text : others()) EXPECT_FALSE(is_json(text)) << text;
}

TEST(Json, NestingIsReadUpToItsLimit) { EXPECT_TRUE(parse_json(nested(kMaxJsonDepth))); }

TEST(Json, AMemberOfWhatIsNoObjectIsNone) {
  for (const std::string text : {"[]", "null", "1", "\"a\"", "{\"b\":1}"}) {
    EXPECT_EQ(member(*parse_json(text), "a"), nullptr) << text;
  }
}

TEST(Json, AStringMemberIsAStringOrNone) {
  const auto document = parse_json(R"({"a":"text","b":1,"c":null})");
  EXPECT_EQ(string_member(*document, "a"), "text");
  EXPECT_EQ(string_member(*document, "b"), std::nullopt);
  EXPECT_EQ(string_member(*document, "c"), std::nullopt);
  EXPECT_EQ(string_member(*document, "d"), std::nullopt);
}

TEST(Json, DoublesAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(to_text(0.5), "0.5");
  EXPECT_EQ(to_text(json::array{0.1, 1500.25, -2.0}), "[0.1,1500.25,-2.0]");
}

TEST(Json, AWholeDoubleStaysADouble) { EXPECT_TRUE(parse_json(to_text(5.0))->is_double()); }

TEST(Json, InfinityIsStillJson) {
  EXPECT_TRUE(is_json(to_text(std::numeric_limits<double>::infinity())));
}

TEST(Json, EmptyContainersKeepTheirBrackets) {
  EXPECT_EQ(to_text(json::value{{"a", json::array()}, {"b", json::object()}}),
            R"({"a":[],"b":{}})");
}

TEST(Json, WhatItWritesReadsAsTheSameDocument) {
  const json::value document = {{"text", "q\"\\\n\u00e4"},
                                {"list", {1, -2, nullptr, true, {{"deep", 1e-300}}}}};
  EXPECT_EQ(parse_json(to_text(document)), document);
}

}  // namespace
}  // namespace replay
