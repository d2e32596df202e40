#include "registry/index_creation.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "registry/schema.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v24_tables;

void add_audits(TempRegistry& registry, int rows) {
  registry.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                std::to_string(rows) +
                ") INSERT INTO task_audits (task_id, event_type) SELECT 'task-' || i, 'X' FROM n");
}

TEST(IndexCreation, LeavesOutWhatWouldKeepOthersWaitingWithTheRestOfItsTable) {
  TempRegistry registry;
  registry.exec(v24_tables());
  add_audits(registry, 10'000);
  const Schema schema(registry.foreign());
  create_missing_indexes(registry.foreign(), schema, std::chrono::milliseconds{0}, registry.log);
  std::set<std::string> tables;
  for (const IndexDefinition& index : schema.missing_indexes(registry.foreign()))
    tables.insert(index.table);
  EXPECT_EQ(tables, std::set<std::string>{"task_audits"}) << "the empty tables' take no time";
  EXPECT_EQ(registry.ask("PRAGMA integrity_check"), "ok");
}

TEST(IndexCreation, MakesThemAllWhereThereIsTime) {
  TempRegistry registry;
  registry.exec(v24_tables());
  add_audits(registry, 10'000);
  const Schema schema(registry.foreign());
  create_missing_indexes(registry.foreign(), schema, std::chrono::hours{1}, registry.log);
  EXPECT_TRUE(schema.missing_indexes(registry.foreign()).empty());
}

TEST(IndexCreation, WhatCannotBeWrittenIsLeftOutToo) {
  TempRegistry registry;
  registry.exec(v24_tables());
  const Schema schema(registry.foreign());
  registry.exec("PRAGMA query_only = ON");  // refuses as a file without rights would
  create_missing_indexes(registry.foreign(), schema, std::chrono::hours{1}, registry.log);
  EXPECT_FALSE(schema.missing_indexes(registry.foreign()).empty());
}

}  // namespace
}  // namespace replay::registry
