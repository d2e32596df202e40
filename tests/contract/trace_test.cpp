#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/time.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/oracle.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

constexpr auto kUnlimited = "api:\n  rate_limit: {requests_per_minute: 0}\n";

/// Everything a client may send in a path segment.
std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const unsigned char c : text) {
    std::array<char, 4> hex{};
    std::snprintf(hex.data(), hex.size(), "%%%02X", c);
    encoded += hex.data();
  }
  return encoded;
}

std::string trace_path(const std::string& task, const std::string& query = {}) {
  return "/tasks/" + percent_encoded(task) + "/decision-trace" + query;
}

/// "audit 17", unique in its task.
std::string name_of(const json::value& item) {
  const bool audit = text_at(item, "/kind") == "audit";
  return text_at(item, "/kind") + " " +
         (audit ? json::serialize(at(item, "/audit_id")) : text_at(item, "/event_id"));
}

/// All pages of a task's trace, following next_cursor.
json::array whole_trace(
    TestDaemon& daemon, const std::string& task, int limit,
    const std::function<void()>& between_pages = [] {}) {
  json::array items;
  std::string cursor;
  do {
    const json::value page =
        daemon.ask(trace_path(task, "?limit=" + std::to_string(limit) + cursor));
    EXPECT_EQ(int_at(page, "/count"),
              static_cast<std::int64_t>(array_at(page, "/trace_items").size()));
    EXPECT_LE(array_at(page, "/trace_items").size(), static_cast<std::size_t>(limit));
    for (const json::value& item : array_at(page, "/trace_items")) items.push_back(item);
    cursor = at(page, "/next_cursor").is_null() ? "" : "&cursor=" + text_at(page, "/next_cursor");
    between_pages();
  } while (!cursor.empty());
  return items;
}

class Trace : public ::testing::TestWithParam<RegistryShape> {
 protected:
  Trace()
      : built_(build_registry(path(), GetParam())),
        daemon_({.registry = path(), .config = kUnlimited, .flags = {}}) {}
  std::filesystem::path path() const { return directory_.file("registry.sqlite"); }

  TempDir directory_;
  BuiltRegistry built_;
  TestDaemon daemon_;
};

INSTANTIATE_TEST_SUITE_P(
    Registries, Trace,
    ::testing::Values(
        RegistryShape{
            .seed = 1, .hot_events = 700, .orphans = 20, .bad_json = 20, .bad_timestamps = 20},
        RegistryShape{.seed = 2, .v14 = true, .upstream_indexes = false, .bad_timestamps = 20},
        RegistryShape{.seed = 3, .upstream_indexes = false, .text_audit_ids = true}),
    [](const auto& shape) { return "Seed" + std::to_string(shape.param.seed); });

TEST_P(Trace, IsOrderedByInstantWhateverTheTextsLookLike) {
  for (const BuiltTask& task : built_.tasks) {
    const std::vector<BuiltRow> expected = oracle::trace(built_, task.id);
    const json::array items = whole_trace(daemon_, task.id, task.id == "task-hot" ? 97 : 7);
    ASSERT_EQ(items.size(), expected.size()) << task.id;
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(text_at(items[i], "/event_type"), expected[i].type);
      EXPECT_EQ(text_at(items[i], "/kind"), expected[i].is_audit ? "audit" : "event");
      if (expected[i].created_at) {
        EXPECT_EQ(text_at(items[i], "/ts"), format_instant(*expected[i].created_at)) << task.id;
      }
      if (!GetParam().text_audit_ids) {
        EXPECT_EQ(name_of(items[i]),
                  (expected[i].is_audit ? "audit " : "event ") + std::to_string(expected[i].row));
      }
    }
  }
}

TEST_P(Trace, AnUnreadableRowIsServedWithAPayloadError) {
  std::size_t unreadable = 0;
  std::size_t reported = 0;
  for (const BuiltTask& task : built_.tasks) {
    for (const BuiltRow& row : oracle::trace(built_, task.id)) {
      unreadable += !row.payload_is_json || !row.created_at ? 1 : 0;
    }
    for (const json::value& item : whole_trace(daemon_, task.id, 500)) {
      reported += has(item, "/payload_error") ? 1 : 0;
    }
  }
  EXPECT_EQ(reported, unreadable);
}

TEST_P(Trace, EveryItemOfTheFirstPagesTimeIsMetOnceWhileRowsAreAdded) {
  const std::string task = GetParam().hot_events > 0 ? "task-hot" : "task-1";
  std::set<std::string> expected;
  for (const json::value& item : whole_trace(daemon_, task, 500)) expected.insert(name_of(item));
  ForeignWriter agentos(path());
  int added = 0;
  const auto add_rows = [&] {
    // Into the past as well as now, so that pages shift under a counting cursor.
    for (const Duration age : {Duration::zero(), Duration{std::chrono::hours{++added}}}) {
      agentos.run(
          "INSERT INTO task_audits (audit_id, task_id, event_type, payload, created_at) VALUES (?, "
          "?, "
          "'note', '{}', ?)",
          GetParam().text_audit_ids
              ? "aud-" + std::to_string(age.count()) + "-" + std::to_string(added)
              : std::to_string(1'000'000 + 2 * added + (age.count() > 0 ? 1 : 0)),
          task, format_instant(SystemClock().now() - age));
    }
  };
  std::multiset<std::string> met;
  for (const json::value& item : whole_trace(daemon_, task, 11, add_rows))
    met.insert(name_of(item));
  EXPECT_GT(added, 2);
  for (const std::string& item : expected) EXPECT_EQ(met.count(item), 1U) << item;
}

TEST(TraceOfARegistry, APageIsTwoHundredUnlessAskedOtherwise) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  build_registry(path, {.seed = 6, .audits = 600, .hot_events = 300});
  TestDaemon daemon({.registry = path, .config = kUnlimited, .flags = {}});
  EXPECT_EQ(int_at(daemon.ask(trace_path("task-hot")), "/count"), 200);
  EXPECT_EQ(int_at(daemon.ask(trace_path("task-hot", "?limit=500")), "/count"), 500);
  EXPECT_EQ(int_at(daemon.ask(trace_path("task-hot", "?limit=1")), "/count"), 1);
}

TEST(TraceOfARegistry, OfAnOrphanedTaskIsServed) {
  const TempDir directory;
  const auto path = directory.file("registry.sqlite");
  const BuiltRegistry built = build_registry(path, {.seed = 7, .audits = 600, .orphans = 20});
  TestDaemon daemon({.registry = path, .config = kUnlimited, .flags = {}});
  const auto expected = oracle::trace(built, "task-gone-1");
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(whole_trace(daemon, "task-gone-1", 3).size(), expected.size());
  EXPECT_TRUE(at(daemon.ask("/tasks/task-gone-1/summary"), "/status").is_null());
}

/// One task with a few decisions in a registry of our own.
class TraceAnswer : public ::testing::Test {
 protected:
  TraceAnswer() : daemon_({.registry = {}, .config = kUnlimited, .flags = {}}) {
    json::array events{created("evt-0", "task-1")};
    for (int i = 1; i < 30; ++i) {
      events.push_back(event("evt-" + std::to_string(i), "task-1", "TASK_STEP_COMPLETED"));
    }
    daemon_.decide(events);
  }
  std::string first_cursor() {
    return text_at(daemon_.ask(trace_path("task-1", "?limit=5")), "/next_cursor");
  }

  TestDaemon daemon_;
};

TEST_F(TraceAnswer, ACursorNeedsNoPercentEncoding) {
  const std::string cursor = first_cursor();
  EXPECT_EQ(cursor.find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"),
            std::string::npos)
      << cursor;
}

TEST_F(TraceAnswer, ADamagedCursorIsMalformed) {
  const std::string cursor = first_cursor();
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string damaged = cursor;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(daemon_.api(trace_path("task-1", "?cursor=" + damaged)).status, 400) << damaged;
  }
  for (const std::string& not_ours :
       {cursor.substr(1), cursor + "A", std::string("x"), std::string("2026-01-28T10:30:00Z_17"),
        std::string("%00"), std::string(3000, 'A')}) {
    EXPECT_EQ(daemon_.api(trace_path("task-1", "?cursor=" + not_ours)).status, 400) << not_ours;
  }
}

TEST_F(TraceAnswer, ACursorOfAnotherTaskOrListingIsMalformed) {
  daemon_.decide(created("evt-other", "task-2"));
  EXPECT_EQ(daemon_.api(trace_path("task-2", "?cursor=" + first_cursor())).status, 400);
  EXPECT_EQ(daemon_.api("/tasks?cursor=" + first_cursor()).status, 400);
}

TEST_F(TraceAnswer, LimitsOutOfRangeAreSaid) {
  for (const std::string limit : {"0", "501", "-1", "ten", "1.5", "99999999999999999999"}) {
    const HttpResponse answer = daemon_.api(trace_path("task-1", "?limit=" + limit));
    EXPECT_EQ(answer.status, 422) << limit;
    EXPECT_TRUE(has(answer.to_json(), "/detail"));
  }
}

TEST_F(TraceAnswer, AnUnknownTaskIsNotFound) {
  const HttpResponse answer = daemon_.api(trace_path("task-unknown"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_TRUE(has(answer.to_json(), "/detail"));
}

TEST_F(TraceAnswer, IsFreshForAMinuteAndRevalidatedByItsTag) {
  const std::string path = TestDaemon::kApi + trace_path("task-1");
  const HttpResponse first = daemon_.get(path);
  EXPECT_EQ(first.header("Cache-Control"), "private, max-age=60");
  const std::string tag = first.header("ETag");
  ASSERT_FALSE(tag.empty());
  for (const std::string& known : {tag, "\"other\", " + tag, std::string("*"), "W/" + tag}) {
    const HttpResponse second = daemon_.get(path, {{"If-None-Match", known}});
    EXPECT_EQ(second.status, 304) << known;
    EXPECT_TRUE(second.body.empty());
    EXPECT_EQ(second.header("ETag"), tag);
  }
  daemon_.decide(event("evt-new", "task-1", "TASK_STEP_COMPLETED"));
  EXPECT_EQ(daemon_.get(path, {{"If-None-Match", tag}}).status, 200);
}

TEST_F(TraceAnswer, IsCompressedWhereAsked) {
  const std::string path = TestDaemon::kApi + trace_path("task-1");
  const std::string plain = daemon_.get(path).body;
  const HttpResponse packed = daemon_.get(path, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_NE(packed.header("Vary").find("Accept-Encoding"), std::string::npos);
  EXPECT_EQ(packed.gunzip(), plain);
  EXPECT_LT(packed.body.size(), plain.size() / 2);
  const HttpResponse refused = daemon_.get(path, {{"Accept-Encoding", "gzip;q=0"}});
  EXPECT_FALSE(refused.has_header("Content-Encoding"));
}

TEST_F(TraceAnswer, HeadSaysTheSameWithoutTheBody) {
  const std::string path = TestDaemon::kApi + trace_path("task-1");
  const HttpResponse got = daemon_.get(path);
  const HttpResponse head = daemon_.head(path);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.body.empty());
  EXPECT_EQ(head.header("Content-Length"), std::to_string(got.body.size()));
  EXPECT_EQ(head.header("ETag"), got.header("ETag"));
}

TEST_F(TraceAnswer, UnknownParametersAreIgnored) {
  EXPECT_EQ(daemon_.api(trace_path("task-1", "?limit=5&_=17&utm_source=x")).status, 200);
}

class HostileId : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Ids, HostileId,
                         ::testing::Values("a/b", "a?b", "50%", "%2e%2e", "a#b", "it's",
                                           "say \"x\"", "😀 emoji", "a b", "../../etc/passwd",
                                           "x';DROP TABLE tasks;--", "a\\b", "a+b&c=d",
                                           "line\nbreak", "{task_id}", ".", ".."));

TEST_P(HostileId, IsATaskLikeAnyOther) {
  TestDaemon daemon;
  const json::value decided = daemon.decide(created("evt of " + GetParam(), GetParam()));
  EXPECT_EQ(text_at(decided, "/decisions/0/event_id"), "evt of " + GetParam());
  const json::value trace = daemon.ask(trace_path(GetParam()));
  EXPECT_EQ(text_at(trace, "/task_id"), GetParam());
  EXPECT_EQ(int_at(trace, "/count"), 1);
  EXPECT_EQ(text_at(daemon.ask("/tasks/" + percent_encoded(GetParam()) + "/summary"), "/task_id"),
            GetParam());
  EXPECT_EQ(text_at(daemon.ask("/tasks"), "/tasks/0/task_id"), GetParam());
}

TEST(TraceLimit, IsAHundredAMinuteAndSaysWhenToComeBack) {
  TestDaemon daemon;
  daemon.decide(created("evt-1", "task-1"));
  HttpResponse answer;
  int served = 0;
  for (; served < 150; ++served) {
    answer = daemon.api(trace_path("task-1"));
    if (answer.status != 200) break;
    EXPECT_TRUE(answer.has_header("RateLimit-Limit"));
  }
  EXPECT_EQ(answer.status, 429);
  EXPECT_GE(served, 100);
  EXPECT_LE(served, 110) << "tokens come back at one in 0.6 s";
  EXPECT_GE(std::stoi(answer.header("Retry-After")), 1);
  EXPECT_EQ(answer.header("RateLimit-Remaining"), "0");
  EXPECT_TRUE(answer.has_header("RateLimit-Reset"));
  EXPECT_NE(answer.header("RateLimit-Limit").find("100"), std::string::npos);
  EXPECT_TRUE(has(answer.to_json(), "/detail"));
  for (const std::string path : {"/metrics", "/-/healthy", "/-/ready", "/api/governance/inbox",
                                 "/api/governance/tasks/task-1/summary"}) {
    EXPECT_EQ(daemon.get(path).status, 200) << path;
  }
}

TEST(TraceLimit, FollowsTheConfigurationAndItsReload) {
  TestDaemon daemon(
      {.registry = {}, .config = "api:\n  rate_limit: {requests_per_minute: 2}\n", .flags = {}});
  daemon.decide(created("evt-1", "task-1"));
  EXPECT_EQ(daemon.api(trace_path("task-1")).status, 200);
  EXPECT_EQ(daemon.api(trace_path("task-1")).status, 200);
  EXPECT_EQ(daemon.api(trace_path("task-1")).status, 429);
  write_file(daemon.config_file(), kUnlimited);
  daemon.reload();
  EXPECT_EQ(daemon.api(trace_path("task-1")).status, 200);
}

TEST(TraceCache, AgeIsConfigurable) {
  TestDaemon daemon({.registry = {}, .config = "api:\n  cache_max_age: 7s\n", .flags = {}});
  daemon.decide(created("evt-1", "task-1"));
  EXPECT_EQ(daemon.api(trace_path("task-1")).header("Cache-Control"), "private, max-age=7");
}

}  // namespace
}  // namespace replay::testing
