#include <algorithm>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include "support/temp_registry.h"

namespace replay::registry {
namespace {

using testing::TempRegistry;
using testing::v24_tables;

class Shape : public ::testing::Test {
 protected:
  void SetUp() override { registry.exec(v24_tables("TEXT PRIMARY KEY")); }

  void add(const std::string& rows) {
    registry.exec(
        "INSERT INTO task_audits (rowid, audit_id, task_id, event_type, created_at) VALUES " +
        rows);
  }
  TableShape shape(RowId upto, std::string_view table = "task_audits") {
    return registry.registry().reads().read_now(
        [&](const ReadView& view) { return view.shape(table, upto); });
  }

  TempRegistry registry;
};

TEST_F(Shape, CountsRowsUpToAnId) {
  registry.open();
  add("(1,'a','t','X','1'), (5,'b','t','X','1'), (9,'c','t','X','1')");
  EXPECT_EQ(shape(5).rows, 2U);
  EXPECT_EQ(shape(4).rows, 1U);
  EXPECT_EQ(shape(100).rows, 3U);
  EXPECT_EQ(shape(0, "task_events").rows, 0U);
}

TEST_F(Shape, AVanishedRowHasNoAnchor) {
  registry.open();
  add("(1,'a','t','X','1')");
  EXPECT_TRUE(shape(1).anchor);
  EXPECT_FALSE(shape(2).anchor);
}

TEST_F(Shape, ARowThatTakesTheIdOfAnotherIsNoticed) {
  registry.open();
  add("(1,'a','t','X','2026-01-28')");
  const TableShape before = shape(1);
  registry.exec("DELETE FROM task_audits");
  add("(1,'b','t','X','2026-01-28')");
  EXPECT_FALSE(shape(1).differs_from(before)) << "what counts is the same";
  registry.exec("DELETE FROM task_audits");
  add("(1,'b','t','X','2026-01-29')");
  EXPECT_EQ(shape(1).rows, before.rows);
  EXPECT_NE(shape(1).anchor, before.anchor);
}

TEST_F(Shape, AnAnchorIsTheSameInEveryVersion) {
  registry.open();
  add("(1,'a','t','X',NULL)");
  EXPECT_EQ(shape(1).anchor, -3890655761359555247) << "FNV-1a of 1:t1:X-1:";
}

TEST_F(Shape, TextsThatShiftBetweenColumnsMakeAnotherAnchor) {
  registry.open();
  add("(1,'a','ab','c',NULL), (2,'b','a','bc',NULL), (3,'c','a','bc','')");
  EXPECT_NE(shape(1).anchor, shape(2).anchor);
  EXPECT_NE(shape(2).anchor, shape(3).anchor);
}

TEST(ShapeOfABareTable, IsNotCounted) {
  TempRegistry registry;
  registry.exec(
      "CREATE TABLE tasks (task_id TEXT); CREATE TABLE task_audits (audit_id INTEGER PRIMARY KEY, "
      "task_id TEXT NOT NULL, event_type TEXT NOT NULL, payload TEXT, created_at TIMESTAMP);"
      "INSERT INTO task_audits (task_id, event_type) VALUES ('t', 'X')");
  Registry& open = registry.open(/*manage_indexes=*/false);
  const TableShape shape =
      open.reads().read_now([](const ReadView& view) { return view.shape("task_audits", 1); });
  EXPECT_FALSE(shape.rows);
  EXPECT_TRUE(shape.anchor);
}

TEST_F(Shape, CountsOverAnIndex) {
  registry.open();
  SQLite::Statement plan(registry.foreign(), "EXPLAIN QUERY PLAN SELECT count(*) FROM task_audits");
  ASSERT_TRUE(plan.executeStep());
  EXPECT_NE(plan.getColumn(3).getString().find("USING COVERING INDEX"), std::string::npos);
}

}  // namespace
}  // namespace replay::registry
