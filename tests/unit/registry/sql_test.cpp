#include <array>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include "registry/schema.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v14_tables;
using testing::v24_tables;

/// Every statement constant of sql.h by name, so that a new one cannot be forgotten here.
std::map<std::string, std::string> statements() {
  std::ifstream in(SQL_HEADER);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string header = text.str();
  const std::regex constant(R"(inline constexpr const char\* (k\w+) =([^;]*);\n)");
  const std::regex literal(R"re("((?:[^"\\]|\\.)*)")re");
  std::map<std::string, std::string> found;
  for (std::sregex_iterator it(header.begin(), header.end(), constant), end; it != end; ++it) {
    const std::string body = (*it)[2];
    if (body.find("R\"(") != std::string::npos) continue;  // scripts that create tables
    std::string sql;
    for (std::sregex_iterator piece(body.begin(), body.end(), literal); piece != end; ++piece)
      sql += (*piece)[1];
    found[(*it)[1]] = sql;
  }
  return found;
}

/// Statements that only some registries are ever asked.
bool applies(const std::string& name, const std::string& sql, const Schema& schema) {
  if (sql.find("task_events") != std::string::npos && !schema.has_table("task_events"))
    return false;
  if (name.find("WithKey") != std::string::npos && !schema.audit_id_is_text()) return false;
  if (name.find("kInsertDecision") == 0 && !schema.has("task_audits", "decision_id")) return false;
  return name != "kAddHourDetail";
}

class EveryStatement : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryStatement, IsPreparedOnThisGeneration) {
  TempRegistry registry;
  if (!GetParam().empty()) registry.exec(GetParam());
  const Schema& schema = registry.open().schema();
  const auto all = statements();
  ASSERT_GT(all.size(), 60U);
  for (const auto& [name, sql] : all) {
    if (!applies(name, sql, schema)) continue;
    EXPECT_NO_THROW(SQLite::Statement(registry.foreign(), schema.expand(sql)))
        << name << ": " << sql;
  }
}

TEST_P(EveryStatement, ReadsNoLargeTableFromEndToEnd) {
  TempRegistry registry;
  if (!GetParam().empty()) registry.exec(GetParam());
  const Schema& schema = registry.open().schema();
  // A connection that has not seen the tables before the indexes were made.
  const SQLite::Database db(registry.path().string());
  // The loose index scan asks for the first id only; SQLite's plan calls any start of an index a
  // scan. Counting goes over an index too (Shape.CountsOverAnIndex). Where there is none, one way
  // through is the least.
  const std::set<std::string> edges{"kOrphanedAudits",      "kFirstAuditRow", "kLastAuditRow",
                                    "kFirstEventRow",       "kLastEventRow",  "kFirstTaskRow",
                                    "kLastTaskRow",         "kCountAudits",   "kCountEvents",
                                    "kOrphanedAuditsByScan"};
  const std::regex scan(R"(SCAN (task_audits|task_events|tasks|a|t)\b)");
  for (const auto& [name, sql] : statements()) {
    if (!applies(name, sql, schema) || edges.contains(name) || name.starts_with("kAdd")) continue;
    // On registries without the column this is answered from decision_replay_ids instead.
    if (name == "kDecisionById" && !schema.has("task_audits", "decision_id")) continue;
    SQLite::Statement plan(db, "EXPLAIN QUERY PLAN " + schema.expand(sql));
    while (plan.executeStep()) {
      const std::string step = plan.getColumn(3).getString();
      EXPECT_FALSE(std::regex_search(step, scan)) << name << ": " << step;
    }
  }
}

std::string generation_name(const ::testing::TestParamInfo<std::string>& generation) {
  constexpr std::array kNames{"Own", "V14", "V24", "V24WithTextKey"};
  return kNames.at(generation.index);
}

INSTANTIATE_TEST_SUITE_P(Generations, EveryStatement,
                         ::testing::Values("", v14_tables(), v24_tables(),
                                           v24_tables("TEXT PRIMARY KEY")),
                         generation_name);

}  // namespace
}  // namespace replay::registry
