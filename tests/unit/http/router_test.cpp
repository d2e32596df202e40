#include "http/router.h"

#include <gtest/gtest.h>

namespace replay::http {
namespace {

using Names = std::vector<std::string>;

Router router() {
  return Router({{Method::get, "/", "landing", {}},
                 {Method::get, "/tasks/special", "special", {}},
                 {Method::get, "/tasks/{task_id}", "task", {}},
                 {Method::get, "/tasks/{task_id}/summary", "summary", {}},
                 {Method::post, "/tasks/{task_id}/unblock", "unblock", {}},
                 {Method::post, "/events", "events", {}},
                 {Method::get, "/events", "events_list", {}}});
}

std::string name_of(const Router::Match& match) {
  return match.route == nullptr ? "" : match.route->name;
}

TEST(Router, FindsALiteralPath) {
  EXPECT_EQ(name_of(router().match(Method::get, {"tasks", "special"})), "special");
}

TEST(Router, FillsInParameters) {
  const Router routes = router();
  const Router::Match match = routes.match(Method::get, {"tasks", "a/b", "summary"});
  EXPECT_EQ(name_of(match), "summary");
  EXPECT_EQ(match.parameters.at("task_id"), "a/b");
}

TEST(Router, ParameterIsNeverEmpty) {
  const Router::Match match = router().match(Method::get, {"tasks", "", "summary"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_TRUE(match.allowed.empty());
}

TEST(Router, FirstRowThatMatchesWins) {
  EXPECT_EQ(name_of(router().match(Method::get, {"tasks", "other"})), "task");
}

TEST(Router, RootIsAPath) { EXPECT_EQ(name_of(router().match(Method::get, {""})), "landing"); }

TEST(Router, TrailingSlashIsAnotherPath) {
  EXPECT_EQ(router().match(Method::get, {"tasks", "a", "summary", ""}).route, nullptr);
}

TEST(Router, GetAnswersHead) {
  EXPECT_EQ(name_of(router().match(Method::head, {"tasks", "a", "summary"})), "summary");
}

TEST(Router, MethodChoosesAmongRowsOfOnePath) {
  EXPECT_EQ(name_of(router().match(Method::get, {"events"})), "events_list");
  EXPECT_EQ(name_of(router().match(Method::post, {"events"})), "events");
}

TEST(Router, WrongMethodGetsTheAllowedOnes) {
  const Router::Match match = router().match(Method::del, {"events"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allowed, (Names{"POST", "GET", "HEAD", "OPTIONS"}));
}

TEST(Router, PostAloneDoesNotAllowHead) {
  EXPECT_EQ(router().match(Method::head, {"tasks", "a", "unblock"}).allowed,
            (Names{"POST", "OPTIONS"}));
}

TEST(Router, UnknownPathAllowsNothing) {
  EXPECT_TRUE(router().match(Method::get, {"nowhere"}).allowed.empty());
}

}  // namespace
}  // namespace replay::http
