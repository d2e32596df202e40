#include "api/event_parser.h"

#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"

namespace replay::api {
namespace {

const Instant kArrival = *parse_instant("2026-02-01T12:00:00Z");

ParsedEvents parse(std::string_view body, BodyFormat format = BodyFormat::json) {
  return parse_events(body, format, kArrival);
}

/// Why the one item of the body is rejected; "" where it is not.
std::string rejection(std::string_view body) {
  const ParsedEvents parsed = parse(body);
  return parsed.rejected.empty() ? "" : parsed.rejected.front().detail;
}

ErrorKind refusal(std::string_view body, BodyFormat format = BodyFormat::json) {
  try {
    (void)parse(body, format);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

std::string events(std::size_t count) {
  std::string body = "[";
  for (std::size_t i = 0; i < count; ++i) body += body.size() > 1 ? ",1" : "1";
  return body + "]";
}

TEST(EventParser, AnObjectIsOneEvent) {
  const ParsedEvents parsed = parse(
      R"({"event_id":"e","task_id":"t","event_type":"X","ts":"2026-01-28T10:30:00+01:00","payload":{"a":1}})");
  ASSERT_EQ(parsed.events.size(), 1U);
  const Event& event = parsed.events.front();
  EXPECT_EQ(event.id.str(), "e");
  EXPECT_EQ(event.task.str(), "t");
  EXPECT_EQ(event.type, "X");
  EXPECT_EQ(event.ts, *parse_instant("2026-01-28T09:30:00Z"));
  EXPECT_EQ(event.source, EventSource::eventbus);
  EXPECT_EQ(event.payload, R"({"a":1})");
}

TEST(EventParser, WithoutTsAnEventIsAsOldAsItsArrival) {
  EXPECT_EQ(parse(R"({"event_id":"e","task_id":"t","event_type":"X"})").events.at(0).ts, kArrival);
}

TEST(EventParser, WithoutPayloadItIsEmpty) {
  EXPECT_EQ(parse(R"({"event_id":"e","task_id":"t","event_type":"X"})").events.at(0).payload, "{}");
}

TEST(EventParser, AnEventsUserGoesIntoItsPayload) {
  const auto parsed =
      parse(R"({"event_id":"e","task_id":"t","event_type":"X","user":"ann","payload":{"a":1}})");
  EXPECT_EQ(parsed.events.at(0).payload, R"({"a":1,"user":"ann"})");
}

TEST(EventParser, APayloadsOwnUserStays) {
  const auto parsed = parse(
      R"({"event_id":"e","task_id":"t","event_type":"X","user":"ann","payload":{"user":"bob"}})");
  EXPECT_EQ(parsed.events.at(0).payload, R"({"user":"bob"})");
}

TEST(EventParser, NumbersOfAPayloadStayReadable) {
  const auto parsed = parse(
      R"({"event_id":"e","task_id":"t","event_type":"X","payload":{"a":0.45,"b":5.0,"c":7}})");
  EXPECT_EQ(parsed.events.at(0).payload, R"({"a":0.45,"b":5.0,"c":7})");
}

TEST(EventParser, ABadItemIsRejectedByItsIndexAndTheOthersStay) {
  const ParsedEvents parsed = parse(
      R"([{"event_id":"a","task_id":"t","event_type":"X"},{"event_id":"b"},{"event_id":"c","task_id":"t","event_type":"X"}])");
  EXPECT_EQ(parsed.indexes, (std::vector<std::size_t>{0, 2}));
  ASSERT_EQ(parsed.rejected.size(), 1U);
  EXPECT_EQ(parsed.rejected.front().index, 1U);
  EXPECT_EQ(parsed.rejected.front().event_id, "b");
  EXPECT_EQ(parsed.rejected.front().detail, "task_id is missing.");
}

TEST(EventParser, ARejectionWithoutAnIdSaysSo) {
  EXPECT_EQ(parse(R"([{"event_id":""},{"event_id":7},3])").rejected.at(0).event_id, std::nullopt);
  EXPECT_EQ(parse(R"([{"event_id":""},{"event_id":7},3])").rejected.at(1).event_id, std::nullopt);
  EXPECT_EQ(parse(R"([{"event_id":""},{"event_id":7},3])").rejected.at(2).event_id, std::nullopt);
}

TEST(EventParser, IdsMayHave512Bytes) {
  const std::string longest(512, 'x');
  EXPECT_EQ(rejection(R"({"event_id":")" + longest + R"(","task_id":"t","event_type":"X"})"), "");
  EXPECT_EQ(rejection(R"({"event_id":")" + longest + R"(x","task_id":"t","event_type":"X"})"),
            "event_id is longer than 512 bytes.");
}

TEST(EventParser, IdsHaveNoNul) {
  EXPECT_EQ(rejection(R"({"event_id":"e","task_id":"t\u0000","event_type":"X"})"),
            "task_id contains a NUL character.");
}

TEST(EventParser, TheSupervisorsOwnTypesAreRejected) {
  EXPECT_NE(rejection(R"({"event_id":"e","task_id":"t","event_type":"SUPERVISOR_ALLOWED"})"), "");
}

TEST(EventParser, AnUnreadableTsIsRejected) {
  EXPECT_NE(rejection(R"({"event_id":"e","task_id":"t","event_type":"X","ts":"yesterday"})"), "");
  EXPECT_NE(rejection(R"({"event_id":"e","task_id":"t","event_type":"X","ts":1769596200})"), "");
}

TEST(EventParser, APayloadThatIsNoObjectIsRejected) {
  EXPECT_EQ(rejection(R"({"event_id":"e","task_id":"t","event_type":"X","payload":[1]})"),
            "payload must be a JSON object.");
}

TEST(EventParser, ABodyThatIsNoJsonIsMalformed) {
  EXPECT_EQ(refusal("events!"), ErrorKind::malformed);
  EXPECT_EQ(refusal(""), ErrorKind::malformed);
  EXPECT_EQ(refusal("42"), ErrorKind::malformed);
}

TEST(EventParser, AnEmptyArrayIsNoEvents) { EXPECT_TRUE(parse("[]").events.empty()); }

TEST(EventParser, MoreThanTenThousandEventsAreTooLarge) {
  EXPECT_EQ(parse(events(10'000)).rejected.size(), 10'000U);
  EXPECT_EQ(refusal(events(10'001)), ErrorKind::too_large);
}

TEST(EventParser, LinesAreCountedWithoutBlankOnes) {
  const ParsedEvents parsed = parse(
      "{\"event_id\":\"a\",\"task_id\":\"t\",\"event_type\":\"X\"}\r\n\n \nbad\n"
      "{\"event_id\":\"b\",\"task_id\":\"t\",\"event_type\":\"X\"}",
      BodyFormat::ndjson);
  EXPECT_EQ(parsed.indexes, (std::vector<std::size_t>{0, 2}));
  ASSERT_EQ(parsed.rejected.size(), 1U);
  EXPECT_EQ(parsed.rejected.front().index, 1U);
  EXPECT_EQ(parsed.rejected.front().detail, "The line is not JSON.");
}

TEST(EventParser, LinesOfWhichNoneIsJsonAreMalformed) {
  EXPECT_EQ(refusal("bad\nworse\n", BodyFormat::ndjson), ErrorKind::malformed);
  EXPECT_EQ(refusal("", BodyFormat::ndjson), ErrorKind::malformed);
}

TEST(EventParser, MoreThanTenThousandLinesAreTooLarge) {
  std::string body;
  for (int i = 0; i < 10'001; ++i) body += "1\n";
  EXPECT_EQ(refusal(body, BodyFormat::ndjson), ErrorKind::too_large);
}

}  // namespace
}  // namespace replay::api
