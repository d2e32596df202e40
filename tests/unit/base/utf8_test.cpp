#include "base/utf8.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace replay {
namespace {

TEST(Utf8, ValidTextStaysAsItIs) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80" + std::string(1, '\0') + "z";
  EXPECT_TRUE(is_utf8(text));
  EXPECT_EQ(to_utf8(text), text);
}

/// Overlong, surrogate, past the last code point, cut off, a lone continuation.
class InvalidUtf8 : public ::testing::TestWithParam<std::string> {};

TEST_P(InvalidUtf8, IsReplaced) {
  const std::string text = "a" + GetParam() + "b";
  EXPECT_FALSE(is_utf8(text));
  const std::string mended = to_utf8(text);
  EXPECT_TRUE(is_utf8(mended));
  EXPECT_TRUE(mended.starts_with("a\xEF\xBF\xBD"));
  EXPECT_TRUE(mended.ends_with("b"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, InvalidUtf8,
                         ::testing::Values("\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                           "\xE2\x82", "\x80", "\xFF"));

TEST(Utf8, OneByteIsReplacedAtATime) { EXPECT_EQ(to_utf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD"); }

TEST(Json, TextsThatAreNoUtf8AreWrittenAsJsonAllTheSame) {
  const std::string text = to_text(json::object{{"na\xFFme", "va\xC3lue"}});
  EXPECT_EQ(text, "{\"na\xEF\xBF\xBDme\":\"va\xEF\xBF\xBDlue\"}");
  EXPECT_TRUE(is_json(text));
}

}  // namespace
}  // namespace replay
