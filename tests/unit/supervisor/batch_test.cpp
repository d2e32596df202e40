#include "supervisor/batch.h"

#include <gtest/gtest.h>

#include "support/temp_registry.h"
#include "test_policy.h"

namespace replay::supervisor {
namespace {

class DecideTask : public ::testing::Test {
 protected:
  static PendingEvent pending(const std::string& id, const std::string& payload,
                              const std::string& type = "TASK_CREATED") {
    PendingEvent event;
    event.row = static_cast<RowId>(id.back());
    event.event = {EventId(id), TaskId("t"), type, Instant{}, EventSource::eventbus, payload};
    event.task.exists = true;
    event.task.status = "PENDING";
    return event;
  }
  std::vector<Verdict> decide(const std::vector<PendingEvent>& events) {
    return decide_task(events, *policy, registry.clock, options);
  }

  testing::TempRegistry registry;
  std::shared_ptr<const policy::Engine> policy = testing::test_policy(registry.directory());
  Options options;
};

TEST_F(DecideTask, EachEventSeesTheStatusTheOneBeforeItGave) {
  const auto verdicts = decide({pending("e1", R"({"command":"danger"})"), pending("e2", "{}")});
  ASSERT_EQ(verdicts.size(), 2U);
  const auto& first = std::get<DecisionRecord>(verdicts[0]);
  const auto& second = std::get<DecisionRecord>(verdicts[1]);
  EXPECT_EQ(first.inputs.task.status, "PENDING");
  EXPECT_EQ(first.new_status, "BLOCKED");
  EXPECT_EQ(second.inputs.task.status, "BLOCKED");
  EXPECT_EQ(second.inputs.task.previous_decisions, 1U);
  EXPECT_EQ(second.new_status, "VERIFYING");
}

TEST_F(DecideTask, AllowChangesTheStatusOnlyWhenTheTaskIsNew) {
  const auto verdicts = decide({pending("e1", "{}", "TASK_STEP_COMPLETED")});
  EXPECT_EQ(std::get<DecisionRecord>(verdicts[0]).new_status, std::nullopt);
}

TEST_F(DecideTask, AStatusSetToNothingIsLeftAlone) {
  options.statuses.paused = std::nullopt;
  const auto verdicts = decide({pending("e1", R"({"command":"odd"})")});
  EXPECT_EQ(std::get<DecisionRecord>(verdicts[0]).decision.type, DecisionType::pause);
  EXPECT_EQ(std::get<DecisionRecord>(verdicts[0]).new_status, std::nullopt);
}

TEST_F(DecideTask, LaterEventsWaitBehindAFailedEvaluation) {
  const auto verdicts = decide({pending("e1", "no json"), pending("e2", "{}")});
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_FALSE(std::get<FailedEvaluation>(verdicts[0]).final);
  EXPECT_EQ(std::get<FailedEvaluation>(verdicts[0]).attempt, 1U);
}

TEST_F(DecideTask, AnEventThatFailedForGoodLetsLaterOnesPass) {
  PendingEvent last_try = pending("e1", "no json");
  last_try.attempts = options.max_attempts - 1;
  const auto verdicts = decide({last_try, pending("e2", "{}")});
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_TRUE(std::get<FailedEvaluation>(verdicts[0]).final);
}

TEST_F(DecideTask, DecidedEventsAndUnknownTasksAreClosed) {
  PendingEvent decided = pending("e1", "{}");
  decided.decided = true;
  EXPECT_EQ(std::get<Closed>(decide({decided})[0]).why, Closing::already_decided);
  PendingEvent orphan = pending("e2", "{}");
  orphan.task.exists = false;
  EXPECT_EQ(std::get<Closed>(decide({orphan})[0]).why, Closing::unknown_task);
}

TEST_F(DecideTask, ReadsTheRetryCountOfTheTasksMetadata) {
  PendingEvent event = pending("e1", "{}");
  event.task.metadata = R"({"retry_count": 2})";
  EXPECT_EQ(std::get<DecisionRecord>(decide({event})[0]).inputs.retry_count, 2U);
  event.task.metadata = "[broken";
  EXPECT_EQ(std::get<DecisionRecord>(decide({event})[0]).inputs.retry_count, 0U);
}

}  // namespace
}  // namespace replay::supervisor
