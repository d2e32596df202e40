#include "model/cursor.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace replay {
namespace {

const TaskId kTask("task-1");
constexpr TracePosition kPosition{from_micros(1'769'596'200'123'456), TraceKind::audit, 4'711};
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

TEST(TraceCursor, ReadsBackEveryPosition) {
  for (const RowId row : {RowId{0}, RowId{1}, RowId{-1}, std::numeric_limits<RowId>::max(),
                          std::numeric_limits<RowId>::min()}) {
    for (const Instant ts : {Instant::min(), Instant{}, kPosition.ts, Instant::max()}) {
      for (const TraceKind kind : {TraceKind::event, TraceKind::audit}) {
        const TracePosition position{ts, kind, row};
        EXPECT_EQ(decode_trace_cursor(kTask, encode_cursor(kTask, position)), position);
      }
    }
  }
}

TEST(TraceCursor, NeedsNoPercentEncoding) {
  EXPECT_EQ(encode_cursor(kTask, kPosition).find_first_not_of(kAlphabet), std::string::npos);
}

TEST(TraceCursor, EveryChangedCharacterIsNoticed) {
  const std::string cursor = encode_cursor(kTask, kPosition);
  for (std::size_t at = 0; at < cursor.size(); ++at) {
    for (const char c : kAlphabet) {
      if (c == cursor[at]) continue;
      std::string damaged = cursor;
      damaged[at] = c;
      ASSERT_EQ(decode_trace_cursor(kTask, damaged), std::nullopt) << damaged;
    }
  }
}

TEST(TraceCursor, EveryShorterOrLongerTextIsNoticed) {
  const std::string cursor = encode_cursor(kTask, kPosition);
  for (std::size_t size = 0; size < cursor.size(); ++size) {
    EXPECT_EQ(decode_trace_cursor(kTask, cursor.substr(0, size)), std::nullopt) << size;
  }
  for (const char* more : {"A", "=", "AA", "AAAA", " "}) {
    EXPECT_EQ(decode_trace_cursor(kTask, cursor + more), std::nullopt) << more;
  }
}

TEST(TraceCursor, AnotherTasksIsRefused) {
  EXPECT_EQ(decode_trace_cursor(TaskId("task-2"), encode_cursor(kTask, kPosition)), std::nullopt);
}

TEST(TraceCursor, WhatWeDidNotMakeIsRefused) {
  for (const char* text :
       {"", "x", "2026-01-28T10:30:00+00:00_123", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\xff\xff"}) {
    EXPECT_EQ(decode_trace_cursor(kTask, text), std::nullopt) << text;
  }
}

TEST(RowCursor, ReadsBackEveryRow) {
  for (const RowId row : {RowId{0}, RowId{42}, RowId{-1}, std::numeric_limits<RowId>::max()}) {
    EXPECT_EQ(decode_row_cursor("status=BLOCKED", encode_cursor("status=BLOCKED", row)), row);
  }
}

TEST(RowCursor, AnotherListingsIsRefused) {
  EXPECT_EQ(decode_row_cursor("status=PAUSED", encode_cursor("status=BLOCKED", 42)), std::nullopt);
}

TEST(RowCursor, ATraceCursorIsNone) {
  EXPECT_EQ(decode_row_cursor(kTask.str(), encode_cursor(kTask, kPosition)), std::nullopt);
}

TEST(RowCursor, EveryChangedCharacterIsNoticed) {
  const std::string cursor = encode_cursor("status=BLOCKED", 42);
  for (std::size_t at = 0; at < cursor.size(); ++at) {
    std::string damaged = cursor;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(decode_row_cursor("status=BLOCKED", damaged), std::nullopt) << damaged;
  }
}

}  // namespace
}  // namespace replay
