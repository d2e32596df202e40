#include <map>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

/// What stands for a path's placeholders: a task and a decision that exist.
std::string filled(std::string path, const std::string& decision) {
  path = std::regex_replace(path, std::regex("\\{task_id\\}"), "task-2");
  return std::regex_replace(path, std::regex("\\{decision_id\\}"), decision);
}

class OpenApi : public ::testing::Test {
 protected:
  OpenApi() : document_(daemon_.get("/openapi.json").to_json()) {
    const json::value answer =
        daemon_.decide(json::array{created("evt-2", "task-2", dangerous_payload())});
    decision_ = text_at(answer, "/decisions/0/decision_id");
  }

  const json::object& paths() const { return at(document_, "/paths").as_object(); }

  /// Follows "$ref": "#/components/schemas/X".
  const json::value& resolved(const json::value& node) const {
    const auto reference = string_member(node, "$ref");
    return reference ? resolved(at(document_, std::string(reference->substr(1)))) : node;
  }

  /// Every required member is there, at every depth.
  void expect_conforms(const json::value& schema_or_reference, const json::value& value,
                       const std::string& where) {
    const json::value& schema = resolved(schema_or_reference);
    if (const json::value* required = member(schema, "required"); required && value.is_object()) {
      for (const json::value& name : required->as_array()) {
        EXPECT_TRUE(value.as_object().contains(name.as_string()))
            << where << " lacks " << name << ": " << value;
      }
    }
    if (const json::value* properties = member(schema, "properties");
        properties && value.is_object()) {
      for (const auto& [name, property] : properties->as_object()) {
        if (const json::value* found = member(value, name)) {
          expect_conforms(property, *found, where + "/" + std::string(name));
        }
      }
      if (member(schema, "additionalProperties") == nullptr) {
        for (const auto& [name, unused] : value.as_object()) {
          EXPECT_TRUE(properties->as_object().contains(name)) << where << " describes no " << name;
        }
      }
    }
    if (const json::value* items = member(schema, "items"); items && value.is_array()) {
      for (const json::value& item : value.as_array()) expect_conforms(*items, item, where + "/*");
    }
  }

  TestDaemon daemon_;
  json::value document_;
  std::string decision_;
};

TEST_F(OpenApi, ListsTheRoutesOfTheContract) {
  const std::map<std::string, std::set<std::string>> contract{
      {"/", {"get"}},
      {"/-/healthy", {"get"}},
      {"/-/ready", {"get"}},
      {"/-/reload", {"post"}},
      {"/metrics", {"get"}},
      {"/openapi.json", {"get"}},
      {"/docs/runbook", {"get"}},
      {"/docs/metrics", {"get"}},
      {"/api/governance/alerts", {"get"}},
      {"/api/governance/events", {"post"}},
      {"/api/governance/tasks", {"get"}},
      {"/api/governance/tasks/{task_id}/summary", {"get"}},
      {"/api/governance/tasks/{task_id}/decision-trace", {"get"}},
      {"/api/governance/tasks/{task_id}/unblock", {"post"}},
      {"/api/governance/decisions/{decision_id}", {"get"}},
      {"/api/governance/stats/decision-types", {"get"}},
      {"/api/governance/stats/decision-lag", {"get"}},
      {"/api/governance/stats/blocked-reasons", {"get"}},
      {"/api/governance/stats/timeseries", {"get"}},
      {"/api/governance/inbox", {"get"}},
      {"/api/governance/integrity", {"get"}},
  };
  for (const auto& [path, methods] : contract) {
    ASSERT_TRUE(paths().contains(path)) << path;
    for (const std::string& method : methods) {
      EXPECT_TRUE(paths().at(path).as_object().contains(method)) << method << " " << path;
    }
  }
  EXPECT_EQ(paths().size(), contract.size());
}

TEST_F(OpenApi, EveryRouteItListsAnswers) {
  for (const auto& [path, methods] : paths()) {
    for (const auto& [method, unused] : methods.as_object()) {
      if (method == "parameters") continue;
      std::string verb(method);
      for (char& c : verb) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      const HttpResponse answer = daemon_.client().request(verb, filled(path, decision_));
      EXPECT_NE(answer.status, 404) << verb << " " << path;
      EXPECT_NE(answer.status, 405) << verb << " " << path;
    }
  }
}

TEST_F(OpenApi, AnswersAreAsItDescribesThem) {
  for (const auto& [path, methods] : paths()) {
    const json::value* get = member(methods, "get");
    if (get == nullptr) continue;
    const std::string query =
        path.ends_with("timeseries") ? "?series=decision-lag&window=2h&step=hour" : "";
    const HttpResponse answer = daemon_.get(filled(path, decision_) + query);
    EXPECT_EQ(answer.status, 200) << path;
    const json::value& described = resolved(at(*get, "/responses/200"));
    const json::value* content = member(described, "content");
    if (content == nullptr || !content->as_object().contains("application/json")) continue;
    expect_conforms(content->at("application/json").at("schema"), answer.to_json(), path);
  }
}

TEST_F(OpenApi, ErrorsAreAsItDescribesThem) {
  std::size_t described = 0;
  for (const auto& [path, methods] : paths()) {
    const json::value* not_found = nullptr;
    if (const json::value* get = member(methods, "get")) {
      not_found = member(at(*get, "/responses"), "404");
    }
    if (not_found == nullptr) continue;
    ++described;
    const HttpResponse answer =
        daemon_.get(std::regex_replace(std::string(path), std::regex("\\{[a-z_]+\\}"), "unknown"));
    EXPECT_EQ(answer.status, 404) << path;
    const json::value& content = at(resolved(*not_found), "/content");
    expect_conforms(content.at("application/json").at("schema"), answer.to_json(), path);
  }
  EXPECT_GE(described, 3U);
}

TEST_F(OpenApi, TheAnswerToEventsIsAsItDescribesIt) {
  const json::value& responses = at(document_, "/paths/~1api~1governance~1events/post/responses");
  const auto schema = [&](const char* status) -> const json::value& {
    return resolved(responses.at(status)).at("content").at("application/json").at("schema");
  };
  expect_conforms(schema("202"), daemon_.send(json::array{created("evt-5", "task-5"), 7}).to_json(),
                  "202");
  expect_conforms(schema("200"), daemon_.decide(created("evt-6", "task-6")), "200");
}

}  // namespace
}  // namespace replay::testing
