#include "base/log.h"

#include <string>

#include <gtest/gtest.h>

namespace replay {
namespace {

TEST(LogLine, LogfmtQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(format_log_line(LogFormat::logfmt, LogLevel::info, "backup finished",
                            {{"bytes", 17}, {"seconds", 0.25}, {"path", "/tmp/x"}, {"full", true}}),
            R"(level=info msg="backup finished" bytes=17 seconds=0.25 path=/tmp/x full=true)");
}

TEST(LogLine, LogfmtEscapesQuotesNewlinesAndEmptyValues) {
  EXPECT_EQ(format_log_line(LogFormat::logfmt, LogLevel::warn, "odd",
                            {{"a", "say \"no\""}, {"b", "x\ny"}, {"c", ""}, {"d", "k=v"}}),
            R"(level=warn msg=odd a="say \"no\"" b="x\ny" c="" d="k=v")");
}

TEST(LogLine, JsonKeepsNumbersAndBooleansAsSuch) {
  EXPECT_EQ(
      format_log_line(LogFormat::json, LogLevel::error, "disk \"full\"",
                      {{"bytes", 17}, {"ratio", 0.5}, {"path", "/tmp/x"}, {"ok", false}}),
      R"({"level":"error","msg":"disk \"full\"","bytes":17,"ratio":0.5,"path":"/tmp/x","ok":false})");
}

TEST(LogLine, AFieldCannotForgeASecondLine) {
  const std::string forged = "x\nlevel=error msg=forged";
  for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
    const std::string line = format_log_line(format, LogLevel::info, forged, {{"task_id", forged}});
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
}

TEST(LogSettings, NamesAreReadExactly) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("error"), LogLevel::error);
  EXPECT_EQ(parse_log_level("INFO"), std::nullopt);
  EXPECT_EQ(parse_log_level(""), std::nullopt);
  EXPECT_EQ(parse_log_format("logfmt"), LogFormat::logfmt);
  EXPECT_EQ(parse_log_format("json"), LogFormat::json);
  EXPECT_EQ(parse_log_format("text"), std::nullopt);
}

}  // namespace
}  // namespace replay
