#include <gtest/gtest.h>

#include "base/time.h"
#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

/// A daemon over a registry of every kind of row, its summaries complete.
class Summaries : public ::testing::Test {
 protected:
  Summaries() {
    build_registry(path(), {.seed = 9, .orphans = 5, .bad_json = 5, .bad_timestamps = 5});
    daemon_ =
        std::make_unique<TestDaemon>(DaemonOptions{.registry = path(), .config = {}, .flags = {}});
    daemon_->settle();
  }
  std::filesystem::path path() const { return directory_.file("registry.sqlite"); }
  CommandResult summary(const std::string& action) {
    return run_program({"summary", action, "--registry.path", path().string()});
  }

  TempDir directory_;
  std::unique_ptr<TestDaemon> daemon_;
};

TEST_F(Summaries, AgreeWithTheRowsWhileServingAndAfterwards) {
  const CommandResult serving = summary("verify");
  EXPECT_EQ(serving.exit_code, 0) << serving.out << serving.err;
  daemon_->stop();
  EXPECT_EQ(summary("verify").exit_code, 0);
}

TEST_F(Summaries, VerificationFindsAWrongCount) {
  ForeignWriter(path()).run(
      "UPDATE decision_stats_hourly SET decision_types = '{\"ALLOWED\":1234567}' WHERE "
      "window_start = "
      "(SELECT max(window_start) FROM decision_stats_hourly)");
  EXPECT_EQ(summary("verify").exit_code, 1);
}

TEST_F(Summaries, VerificationFindsAWrongQuantile) {
  ForeignWriter(path()).run("UPDATE decision_stats_hourly SET lag_p95 = lag_p95 * 1.5 + 1");
  EXPECT_EQ(summary("verify").exit_code, 1);
}

TEST_F(Summaries, VerificationFindsAMissingHour) {
  ForeignWriter(path()).run(
      "DELETE FROM decision_stats_hourly WHERE window_start = (SELECT min(window_start) FROM "
      "decision_stats_hourly)");
  EXPECT_EQ(summary("verify").exit_code, 1);
}

TEST_F(Summaries, VerificationIsKnownToIntegrity) {
  EXPECT_EQ(summary("verify").exit_code, 0);
  wait_until("the verification to be known", [&] {
    return !at(daemon_->ask("/integrity"), "/summary/last_verified_at").is_null();
  });
  EXPECT_EQ(int_at(daemon_->ask("/integrity"), "/summary/drift"), 0);
}

TEST_F(Summaries, RebuildMendsThemWhileServing) {
  ForeignWriter(path()).run("UPDATE decision_stats_hourly SET decision_types = '{}'");
  const CommandResult rebuilt = summary("rebuild");
  EXPECT_EQ(rebuilt.exit_code, 0) << rebuilt.err;
  EXPECT_EQ(daemon_->api("/stats/decision-types").status, 200);
  daemon_->settle();
  const CommandResult verified = summary("verify");
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(Summaries, RebuildWorksWithoutADaemon) {
  daemon_->stop();
  ForeignWriter(path()).run("UPDATE decision_stats_hourly SET decision_types = '{}'");
  EXPECT_EQ(summary("rebuild").exit_code, 0);
  const CommandResult verified = summary("verify");
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(Summaries, TheRunbooksColumnsServeSql) {
  ForeignWriter registry(path());
  EXPECT_GT(
      registry.number("SELECT count(*) FROM decision_stats_hourly WHERE json_valid(decision_types)"
                      " AND typeof(lag_p50) = 'real' AND typeof(lag_p95) = 'real' AND "
                      "updated_at IS NOT NULL"),
      60);
  const auto start = registry.text("SELECT max(window_start) FROM decision_stats_hourly");
  EXPECT_EQ(format_instant(floor_hour(parse_instant(start).value())), start);
  EXPECT_EQ(
      registry.number("SELECT sum(value) FROM decision_stats_hourly, json_each(decision_types)"),
      int_at(daemon_->ask("/stats/decision-types?window=90d"), "/total"));
}

TEST(SummaryVerify, OfARegistryThatIsNotThereFails) {
  const CommandResult result =
      run_program({"summary", "verify", "--registry.path", "/nowhere/registry.sqlite"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("/nowhere/registry.sqlite"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace replay::testing
