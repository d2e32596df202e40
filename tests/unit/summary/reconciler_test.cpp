#include "summary/reconciler.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audits.h"
#include "registry/registry.h"
#include "summary/summarizer.h"
#include "summary/verify.h"
#include "summary/window_stats.h"

namespace replay::summary {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Ten decisions on a registry whose keys are texts, so that row ids are given again: two blocks of
/// each of five tasks, in five hours. All are folded.
class Reconciling : public ::testing::Test {
 protected:
  void SetUp() override {
    files_.exec(testing::v24_tables("TEXT PRIMARY KEY"));
    start();
    std::vector<Audit> audits;
    for (int i = 0; i < 10; ++i) {
      audits.push_back(block("task-" + std::to_string(i % 5), "R" + std::to_string(i % 2),
                             "2026-01-28T0" + std::to_string(i % 5) + ":00:00Z"));
    }
    insert(files_, audits);
    reconcile();
    before_ = summarizer_->stats();
  }
  void TearDown() override { summarizer_.reset(); }

  void start() {
    summarizer_.reset();
    registry::Registry& registry = files_.open();
    Summarizer::Observer hear = [this](const auto& decisions) { heard_ += decisions.size(); };
    summarizer_ = std::make_unique<Summarizer>(registry, files_.clock, quiet_, hear);
  }
  void reconcile(Duration after = std::chrono::seconds{5}) {
    summary::reconcile(files_, *summarizer_, after);
  }
  std::vector<std::string> differences() { return verify(files_.registry().reads()).differences; }
  FoldState state() {
    return ask(files_, [](const auto& view) { return view.fold_state(); });
  }
  std::uint64_t total() {
    return ask(files_, [](const auto& view) { return decision_types(view, Instant{}).total; });
  }
  [[nodiscard]] Differences corrected() const { return summarizer_->stats().corrected; }
  [[nodiscard]] std::uint64_t sweeps() const {
    return summarizer_->stats().sweeps - before_.sweeps;
  }

  testing::TempRegistry files_;
  Logger quiet_{LogLevel::error, LogFormat::logfmt};
  std::unique_ptr<Summarizer> summarizer_;
  SummarizerStats before_;
  std::size_t heard_ = 0;
};

TEST_F(Reconciling, NothingIsSweptWhereNothingChanged) {
  reconcile();
  reconcile();
  EXPECT_EQ(sweeps(), 0U);
  EXPECT_EQ(state().rows, 10U);
  EXPECT_TRUE(state().anchor);
}

TEST_F(Reconciling, NewRowsAreNoReasonToSweep) {
  insert(files_, {Audit{}, Audit{}});
  reconcile();
  EXPECT_EQ(sweeps(), 0U);
  EXPECT_EQ(state().rows, 12U);
}

TEST_F(Reconciling, DeletedRowsAreTakenBack) {
  files_.exec("DELETE FROM task_audits WHERE task_id = 'task-1'");
  reconcile();
  EXPECT_EQ(total(), 8U);
  EXPECT_EQ(corrected().removed, 2U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
  EXPECT_EQ(files_.ask("SELECT count(*) FROM decision_stats_hourly"), "4");
}

TEST_F(Reconciling, RowsInsertedBelowTheEndAreAdded) {
  files_.exec(
      "INSERT INTO task_audits (rowid, audit_id, task_id, event_type, created_at) "
      "VALUES (-3, 'early', 't', 'SUPERVISOR_ALLOWED', '2026-01-28T09:00:00Z')");
  files_.exec("DELETE FROM task_audits WHERE rowid = 4");
  reconcile();
  files_.exec(
      "INSERT INTO task_audits (rowid, audit_id, task_id, event_type, created_at) "
      "VALUES (4, 'again', 't', 'SUPERVISOR_ALLOWED', '2026-01-28T09:00:00Z')");
  reconcile();
  EXPECT_EQ(total(), 11U);
  EXPECT_EQ(corrected().added, 1U) << "the other one is below all, and so backfilled";
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, AnIdThatIsGivenAgainIsNewsAtOnce) {
  const std::size_t heard = heard_;
  files_.exec("DELETE FROM task_audits WHERE rowid > 8");
  fold_all(*summarizer_);
  EXPECT_EQ(state().high, 8);
  insert(files_, {Audit{}});
  fold_all(*summarizer_);
  EXPECT_EQ(total(), 9U);
  EXPECT_EQ(heard_, heard + 1);
  reconcile();
  EXPECT_EQ(differences(), std::vector<std::string>{});
  EXPECT_EQ(sweeps(), 1U);
}

TEST_F(Reconciling, AReplacedLastRowIsNoticedByItsAnchor) {
  files_.exec("DELETE FROM task_audits WHERE rowid = 10");
  insert(files_, {Audit{}});
  reconcile();
  EXPECT_EQ(state().rows, 10U);
  EXPECT_EQ(corrected().changed, 1U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, AnEmptiedTableIsFollowedDown) {
  files_.exec("DELETE FROM task_audits");
  reconcile();
  EXPECT_EQ(total(), 0U);
  EXPECT_EQ(state().high, 0);
  EXPECT_EQ(state().rows, 0U);
  insert(files_, {Audit{}});
  reconcile();
  EXPECT_EQ(total(), 1U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, AChangedRowIsFoundWithinADay) {
  files_.exec(
      "UPDATE task_audits SET payload = '[]', event_type = 'SUPERVISOR_PAUSED' "
      "WHERE rowid = 3");
  reconcile();
  EXPECT_EQ(sweeps(), 0U) << "its place and the number of rows are the same";
  EXPECT_FALSE(differences().empty());
  reconcile(hours{24});
  EXPECT_EQ(sweeps(), 1U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, WhatWasFoundIsDriftUntilAnotherSweepFindsNothing) {
  const auto drift = [this] {
    return ask(files_, [](const auto& view) { return view.integrity(Instant{}).drift; });
  };
  files_.exec("DELETE FROM task_audits WHERE rowid = 3");
  reconcile();
  EXPECT_EQ(drift(), 1U);
  reconcile();
  EXPECT_EQ(sweeps(), 1U);
  reconcile(minutes{10});
  EXPECT_EQ(sweeps(), 2U);
  EXPECT_EQ(drift(), 0U);
}

TEST_F(Reconciling, HoursAreHeldAgainstTheirFacts) {
  files_.exec(
      "UPDATE decision_stats_hourly SET detail = x'00' WHERE window_start LIKE '%T01%';"
      "UPDATE decision_stats_hourly SET lag_p95 = 7 WHERE window_start LIKE '%T02%';"
      "DELETE FROM decision_stats_hourly WHERE window_start LIKE '%T03%'");
  reconcile(hours{24});
  EXPECT_EQ(corrected().changed, 3U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, StrayFactsAreRemoved) {
  files_.exec(
      "INSERT INTO decision_replay_facts (at, audit_row, type) VALUES (5, 99, 'ALLOWED'), "
      "(6, 3, 'ALLOWED'), (7, -1, 'ALLOWED')");
  reconcile(hours{24});
  EXPECT_EQ(files_.ask("SELECT count(*) FROM decision_replay_facts"), "10");
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, ARestartGoesOnWithASweep) {
  files_.exec("DELETE FROM task_audits WHERE rowid = 3");
  files_.clock.advance(std::chrono::seconds{5});
  files_.registry().changes().ring();
  ASSERT_TRUE(summarizer_->step());
  ASSERT_TRUE(state().sweep);
  start();
  fold_all(*summarizer_);
  EXPECT_FALSE(state().sweep);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Reconciling, ASweepOfManyRowsKeepsTheOnesFoldedMeanwhile) {
  std::vector<Audit> many(3'500);
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i].created_at = "2026-01-28T1" + std::to_string(i % 10) + ":00:00Z";
  insert(files_, many);
  reconcile();
  files_.exec("DELETE FROM task_audits WHERE rowid % 7 = 0");
  files_.clock.advance(std::chrono::seconds{5});
  files_.registry().changes().ring();
  while (!state().sweep || state().sweep->row < 1'500) ASSERT_TRUE(summarizer_->step());
  insert(files_, {Audit{}, Audit{}});
  files_.exec("DELETE FROM task_audits WHERE rowid BETWEEN 100 AND 110");
  reconcile();
  EXPECT_EQ(state().rows, std::stoull(files_.ask("SELECT count(*) FROM task_audits")));
  EXPECT_EQ(differences(), std::vector<std::string>{});
  EXPECT_EQ(total(), *state().rows);
}

TEST_F(Reconciling, AManyTimesReusedPayloadIdBelongsToItsFirstRow) {
  Audit same;
  same.payload = R"({"decision_id":"twice"})";
  insert(files_, {same, same, same});
  reconcile();
  EXPECT_EQ(files_.ask("SELECT audit_row FROM decision_replay_ids"), "11");
  files_.exec("DELETE FROM task_audits WHERE rowid = 11");
  reconcile();
  EXPECT_EQ(files_.ask("SELECT audit_row FROM decision_replay_ids"), "12");
  EXPECT_EQ(differences(), std::vector<std::string>{});
  const Differences found = corrected();
  reconcile(hours{24});
  EXPECT_EQ(corrected().total(), found.total()) << "nothing is found twice";
}

}  // namespace
}  // namespace replay::summary
