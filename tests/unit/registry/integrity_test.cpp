#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v24_tables;

Integrity look(Registry& open) {
  return open.reads().read_now([](const ReadView& view) { return view.integrity(Instant{}); });
}

TEST(IntegrityQueries, CountsOrphanedAuditsByTaskIndex) {
  TempRegistry registry;
  registry.exec(v24_tables());
  Registry& open = registry.open();
  registry.exec("INSERT INTO tasks (task_id) VALUES ('known')");
  registry.exec(
      "INSERT INTO task_audits (task_id, event_type) VALUES ('known', 'X'), ('gone-1', 'X'), "
      "('gone-1', 'Y'), "
      "('gone-2', 'X')");
  EXPECT_EQ(look(open).orphaned_audits, 3U);
}

TEST(IntegrityQueries, CountsOrphanedAuditsWithoutAnIndexInOnePass) {
  TempRegistry registry;
  registry.exec(v24_tables());
  Registry& open = registry.open(/*manage_indexes=*/false);
  // So many that once through the table for each task would take minutes.
  registry.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
      "INSERT INTO task_audits (task_id, event_type) SELECT 'gone-' || i, 'X' FROM n");
  EXPECT_EQ(look(open).orphaned_audits, 50'000U);
}

TEST(IntegrityQueries, ListsMissingIndexesUntilTheyAreMade) {
  TempRegistry registry;
  registry.exec(v24_tables());
  Registry& open = registry.open(/*manage_indexes=*/false);
  const auto missing = look(open).missing_indexes;
  EXPECT_NE(std::find(missing.begin(), missing.end(), "idx_task_audits_task_id"), missing.end());
  open.writes().write_now([&](WriteTransaction& tx) {
    for (const std::string& name : missing) tx.create_index(name);
    return true;
  });
  EXPECT_TRUE(look(open).missing_indexes.empty());
}

TEST(IntegrityQueries, AnIndexThatLeavesOutNullsAloneIsNotMissing) {
  TempRegistry registry;
  registry.exec(v24_tables() +
                "CREATE UNIQUE INDEX idx_task_audits_decision_id ON task_audits(decision_id)\n"
                "WHERE decision_id IS NOT NULL;"
                "CREATE INDEX some ON task_audits(created_at) WHERE created_at IS NOT NULL AND 1;");
  const auto missing = look(registry.open(/*manage_indexes=*/false)).missing_indexes;
  const auto lacks = [&missing](const char* name) {
    return std::find(missing.begin(), missing.end(), name) != missing.end();
  };
  EXPECT_FALSE(lacks("idx_task_audits_decision_id"));
  EXPECT_TRUE(lacks("idx_task_audits_created_at"));
}

TEST(IntegrityQueries, FindsAndDropsAnIndexThatMakesInsertsFail) {
  TempRegistry registry;
  registry.exec(v24_tables() +
                "CREATE INDEX idx_audits_recent ON task_audits(created_at) "
                "WHERE created_at >= datetime('now', '-7 days');");
  Registry& open = registry.open();
  EXPECT_EQ(look(open).harmful_indexes, std::vector<std::string>{"idx_audits_recent"});
  EXPECT_THROW(registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'X')"),
               std::exception);
  open.writes().write_now([](WriteTransaction& tx) {
    tx.drop_index("idx_audits_recent");
    return true;
  });
  EXPECT_NO_THROW(registry.exec("INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'X')"));
}

TEST(IntegrityQueries, DropsNoIndexThatDoesNoHarm) {
  TempRegistry registry;
  Registry& open = registry.open();
  EXPECT_THROW(open.writes().write_now([](WriteTransaction& tx) {
    tx.drop_index("idx_task_audits_task_id");
    return true;
  }),
               Error);
}

}  // namespace
}  // namespace replay::registry
