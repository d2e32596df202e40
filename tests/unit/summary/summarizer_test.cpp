#include "summary/summarizer.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "audits.h"
#include "registry/registry.h"
#include "summary/verify.h"
#include "summary/window_stats.h"
#include "support/wait_until.h"

namespace replay::summary {
namespace {

constexpr unsigned kSeed = 20'260'128;
constexpr Instant kLongAgo{};

class Folding : public ::testing::Test {
 protected:
  /// A registry that AgentOS has been filling, not yet opened by us.
  void agentos_wrote(std::size_t audits) {
    files_.exec(testing::v24_tables());
    random_.insert_into(files_, audits);
  }

  Summarizer& open() {
    registry::Registry& registry = files_.open();
    summarizer_ = std::make_unique<Summarizer>(
        registry, files_.clock, files_.log, [this](const auto& decisions) {
          heard_.insert(heard_.end(), decisions.begin(), decisions.end());
        });
    return *summarizer_;
  }

  void TearDown() override { summarizer_.reset(); }

  std::uint64_t total() {
    return ask(files_, [](const auto& view) { return decision_types(view, kLongAgo).total; });
  }
  std::vector<std::string> differences() { return verify(files_.registry().reads()).differences; }
  void begin_rebuild() {
    files_.registry().writes().write_now([](registry::WriteTransaction& tx) {
      tx.begin_rebuild();
      return true;
    });
  }

  testing::TempRegistry files_;
  RandomAudits random_{kSeed};
  std::unique_ptr<Summarizer> summarizer_;
  std::vector<DecisionFact> heard_;
};

TEST_F(Folding, NewRowsAreFoldedAndHeard) {
  Summarizer& summarizer = open();
  fold_all(summarizer);
  random_.insert_into(files_, 2'500);
  fold_all(summarizer);
  EXPECT_EQ(total(), random_.decisions().size());
  EXPECT_EQ(heard_.size(), random_.decisions().size());
  EXPECT_EQ(summarizer.stats().rows_folded, 2'500U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, NothingNewIsNothingToDo) {
  Summarizer& summarizer = open();
  random_.insert_into(files_, 10);
  fold_all(summarizer);
  EXPECT_FALSE(summarizer.step());
}

TEST_F(Folding, RowsFromBeforeAdoptionAreFoldedInTheBackgroundUnheard) {
  agentos_wrote(2'500);
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_EQ(total(), random_.decisions().size());
  EXPECT_TRUE(heard_.empty());
  EXPECT_TRUE(summarizer.stats().complete);
  EXPECT_EQ(summarizer.stats().rows_behind, 0U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, AWholeBackfillIsNoReasonToSweep) {
  agentos_wrote(2'000);  // whole chunks, the last of which ends at the first row
  Summarizer& summarizer = open();
  reconcile(files_, summarizer);
  EXPECT_TRUE(summarizer.stats().complete);
  EXPECT_EQ(summarizer.stats().sweeps, 0U);
}

TEST_F(Folding, NewRowsGoBeforeOlderOnes) {
  agentos_wrote(2'500);
  Summarizer& summarizer = open();
  ASSERT_TRUE(summarizer.step());
  random_.insert_into(files_, 20);
  ASSERT_TRUE(summarizer.step());
  EXPECT_FALSE(summarizer.stats().complete);
  EXPECT_FALSE(heard_.empty());
}

TEST_F(Folding, IsInNoHurryWhereTheFirstRowsAreGone) {
  agentos_wrote(3'000);
  files_.exec("DELETE FROM task_audits WHERE audit_id <= 1000");  // 2,000 left: whole chunks
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_EQ(ask(files_, [](const auto& view) { return view.fold_state().low; }), 0);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, GoesOnAfterARestart) {
  agentos_wrote(2'500);
  ASSERT_TRUE(open().step());
  summarizer_.reset();
  random_.insert_into(files_, 100);
  fold_all(open());
  EXPECT_EQ(total(), random_.decisions().size());
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, ALateRowGoesToTheHourOfItsCreation) {
  Summarizer& summarizer = open();
  Audit late;
  late.created_at = "2026-01-28T12:00:00+02:00";
  Audit now;
  now.created_at = "2026-01-28 15:59:59";
  insert(files_, {now, late});
  fold_all(summarizer);
  EXPECT_EQ(files_.ask("SELECT group_concat(window_start) FROM decision_stats_hourly"),
            "2026-01-28T10:00:00.000000Z,2026-01-28T15:00:00.000000Z");
}

TEST_F(Folding, ARebuildGivesTheSameAgain) {
  Summarizer& summarizer = open();
  random_.insert_into(files_, 3'000);
  fold_all(summarizer);
  const std::string dump =
      "SELECT group_concat(window_start || decision_types || hex(detail)) FROM "
      "decision_stats_hourly";
  const std::string before = files_.ask(dump);
  files_.exec("DELETE FROM decision_replay_facts WHERE audit_row % 3 = 0");
  begin_rebuild();
  fold_all(summarizer);
  EXPECT_EQ(files_.ask(dump), before);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, DecisionsPassedByARebuildAreHeardOnceAllTheSame) {
  Summarizer& summarizer = open();
  random_.insert_into(files_, 1'000);
  fold_all(summarizer);
  begin_rebuild();
  random_.insert_into(files_, 1'500);
  fold_all(summarizer);
  EXPECT_EQ(heard_.size(), random_.decisions().size());
  EXPECT_EQ(total(), random_.decisions().size());
}

TEST_F(Folding, DecisionsFoldedByAnotherProcessAreHeardAllTheSame) {
  Summarizer& summarizer = open();
  fold_all(summarizer);
  registry::Options options;
  options.path = files_.path();
  registry::Registry other(options, files_.log);
  Summarizer elsewhere(other, files_.clock, files_.log, [](const auto&) {});
  random_.insert_into(files_, 1'500);
  fold_all(elsewhere);
  fold_all(summarizer);
  EXPECT_EQ(heard_.size(), random_.decisions().size());
}

TEST_F(Folding, TwoProcessesFoldEachRowOnce) {
  agentos_wrote(6'000);
  open();
  registry::Options options;
  options.path = files_.path();
  registry::Registry other(options, files_.log);
  Summarizer elsewhere(other, files_.clock, files_.log, [](const auto&) {});
  std::thread beside([&] { fold_all(elsewhere); });
  fold_all(*summarizer_);
  beside.join();
  EXPECT_EQ(total(), random_.decisions().size());
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, TwoProcessesCanRebuildTogether) {
  Summarizer& summarizer = open();
  random_.insert_into(files_, 6'000);
  fold_all(summarizer);
  registry::Options options;
  options.path = files_.path();
  registry::Registry other(options, files_.log);
  Summarizer elsewhere(other, files_.clock, files_.log, [](const auto&) {});
  begin_rebuild();
  std::thread beside([&] { fold_all(elsewhere); });
  fold_all(summarizer);
  beside.join();
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, AClearingStepThatComesTooLateClearsNothing) {
  Summarizer& summarizer = open();
  random_.insert_into(files_, 100);
  begin_rebuild();
  fold_all(summarizer);
  const bool done = files_.registry().writes().write_now(
      [](registry::WriteTransaction& tx) { return tx.clear_step(1'000); });
  EXPECT_TRUE(done);
  EXPECT_EQ(total(), random_.decisions().size());
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, FlawedRowsAreListed) {
  Summarizer& summarizer = open();
  Audit no_time;
  no_time.created_at = "sometime";
  Audit no_json;
  no_json.payload = "{oops";
  insert(files_, {no_time, no_json, Audit{}});
  fold_all(summarizer);
  const auto flawed = ask(files_, [](const auto& view) { return view.flawed_rows(10); });
  ASSERT_EQ(flawed.size(), 2U);
}

TEST_F(Folding, TheBellAndAThreadDoItAlone) {
  registry::Registry& registry = files_.open();
  std::promise<std::string> heard;
  Summarizer summarizer(registry, files_.clock, files_.log, [&heard](const auto& decisions) {
    heard.set_value(decisions.front().type);
  });
  summarizer.start();
  insert(files_, {Audit{}});
  auto type = heard.get_future();
  ASSERT_EQ(type.wait_for(testing::kPatience), std::future_status::ready);
  EXPECT_EQ(type.get(), "ALLOWED");
}

TEST_F(Folding, AFailureIsCountedAndTriedAgain) {
  registry::Registry& registry = files_.open();
  files_.exec(
      "CREATE TRIGGER refuses BEFORE INSERT ON decision_replay_facts "
      "BEGIN SELECT raise(ABORT, 'no'); END");
  insert(files_, {Audit{}});
  Logger quiet(LogLevel::error, LogFormat::logfmt);
  Summarizer summarizer(registry, files_.clock, quiet, [](const auto&) {});
  summarizer.start();
  testing::wait_until("a failure", [&] { return summarizer.stats().failures > 0; });
  files_.exec("DROP TRIGGER refuses");
  testing::wait_until("the row", [&] { return summarizer.stats().rows_folded == 1; });
}

TEST_F(Folding, WhatFailsInTheBackgroundDoesNotHoldUpNewRows) {
  agentos_wrote(10);
  registry::Registry& registry = files_.open();
  files_.exec(
      "CREATE TRIGGER refuses BEFORE INSERT ON decision_replay_facts WHEN new.audit_row <= 10 "
      "BEGIN SELECT raise(ABORT, 'no'); END");
  Logger quiet(LogLevel::error, LogFormat::logfmt);
  Summarizer summarizer(registry, files_.clock, quiet, [](const auto&) {});
  summarizer.start();
  testing::wait_until("a failure", [&] { return summarizer.stats().failures > 0; });
  insert(files_, {Audit{}});
  testing::wait_until("the row", [&] { return summarizer.stats().rows_folded == 1; });
  EXPECT_FALSE(summarizer.stats().complete);
}

TEST_F(Folding, LargeRowsAreFoldedWhateverTheirNumber) {
  files_.exec(testing::v24_tables());
  for (int i = 0; i < 5; ++i) {
    files_.exec(
        "INSERT INTO task_audits (task_id, event_type, created_at, payload) VALUES ('t', "
        "'SUPERVISOR_ALLOWED', '2026-01-28', '\"' || hex(zeroblob(2500000)) || '\"');"
        "UPDATE task_audits SET created_at = '2026-01-28 10:00:00'");
  }
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_EQ(total(), 5U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

TEST_F(Folding, HostileTextsAreFoldedVerifiedAndSwept) {
  files_.exec(testing::v24_tables());
  files_.exec(
      "INSERT INTO task_audits (task_id, event_type, created_at, payload, decision_id, "
      "source_event_ts, supervisor_processed_at) VALUES "
      "(CAST(x'61006200' AS TEXT), CAST(x'53555045525649534f525f4100ff' AS TEXT), 1769596200, "
      "CAST(x'7b22610022' AS TEXT), CAST(x'00' AS TEXT), CAST(x'ff' AS TEXT), 5),"
      "(CAST(x'ff' AS TEXT), 'SUPERVISOR_BLOCKED', 1769596200123.5, "
      "'{\"decision_snapshot\":{\"findings\":[{\"code\":\"\\ud800\"}]}}', NULL, NULL, NULL),"
      "('t', 'SUPERVISOR_BLOCKED', '2026-01-28T10:30:00Z', "
      "'{\"n\":1e400,\"decision_snapshot\":{\"findings\":[{\"code\":\"R\"}]}}', NULL, NULL, NULL),"
      "(x'00ff', x'00', 9e99, x'00ff', x'00', 1e400, x'')");
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_EQ(total(), 3U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
  reconcile(files_, summarizer, std::chrono::hours{24});
  EXPECT_EQ(summarizer.stats().corrected.total(), 0U);
  EXPECT_EQ(files_.ask("SELECT min(json_valid(decision_types)) FROM decision_stats_hourly"), "1");
}

/// Overwrites the page of the file that holds `mark`.
void damage_page_with(const std::filesystem::path& file, const std::string& mark) {
  constexpr std::size_t kPage = 4'096;
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::size_t at = bytes.find(mark);
  ASSERT_NE(at, std::string::npos);
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(at / kPage * kPage));
  out << std::string(kPage, '\xff');
}

TEST_F(Folding, DamagedPagesArePassedByAndToldOf) {
  files_.exec(testing::v24_tables());
  files_.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
      "INSERT INTO task_audits (task_id, event_type, created_at, payload) "
      "SELECT 't', 'SUPERVISOR_ALLOWED', '2026-01-28 10:00:00', "
      "'{\"mark\":\"<' || i || '>' || hex(zeroblob(400)) || '\"}' FROM n");
  files_.open();
  files_.close();
  files_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  damage_page_with(files_.path(), "<1500>");
  damage_page_with(files_.path(), "<2>");
  Summarizer& summarizer = open();
  fold_all(summarizer);
  EXPECT_TRUE(summarizer.stats().complete);
  EXPECT_GE(summarizer.stats().damaged, 2U);
  EXPECT_GT(total(), 2'980U);
  EXPECT_LT(total(), 3'000U);
  insert(files_, {Audit{}});
  fold_all(summarizer);
  const std::uint64_t before = total();
  reconcile(files_, summarizer);
  EXPECT_EQ(total(), before);
  const std::uint64_t sweeps = summarizer.stats().sweeps;
  reconcile(files_, summarizer);
  EXPECT_EQ(summarizer.stats().sweeps, sweeps) << "damage alone is no reason to sweep";
  const auto found = differences();
  ASSERT_FALSE(found.empty());
  EXPECT_NE(found.front().find("cannot be read"), std::string::npos) << found.front();
}

TEST_F(Folding, FewRowsBehindADamagedPageAreFoldedToo) {
  files_.exec(testing::v24_tables());
  files_.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
      "INSERT INTO task_audits (task_id, event_type, created_at, payload) "
      "SELECT 't', 'SUPERVISOR_ALLOWED', '2026-01-28 10:00:00', "
      "'{\"mark\":\"<' || i || '>' || hex(zeroblob(400)) || '\"}' FROM n");
  files_.open();
  files_.close();
  files_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  for (const char* mark : {"<6>", "<94>"}) damage_page_with(files_.path(), mark);
  fold_all(open());
  EXPECT_GT(total(), 88U) << "all but those on two pages of four rows";
}

TEST_F(Folding, ADamagedHourIsMadeAnewFromItsFacts) {
  Summarizer& summarizer = open();
  insert(files_, {Audit{}, Audit{}});
  fold_all(summarizer);
  files_.exec("UPDATE decision_stats_hourly SET detail = x'00'");
  insert(files_, {Audit{}});
  fold_all(summarizer);
  EXPECT_EQ(total(), 3U);
  EXPECT_EQ(differences(), std::vector<std::string>{});
}

}  // namespace
}  // namespace replay::summary
