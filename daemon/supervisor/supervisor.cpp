#include "supervisor/supervisor.h"

#include <algorithm>
#include <iterator>
#include <latch>
#include <limits>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "registry/registry.h"
#include "supervisor/batch.h"
#include "supervisor/decision_waiters.h"
#include "supervisor/follower.h"
#include "supervisor/inbox_upkeep.h"

namespace replay::supervisor {
namespace {

/// How soon the loop looks again by itself: deferred events fall due without a bell.
constexpr std::chrono::milliseconds kLookAgain{250};

/// After a failure of the registry; the batch is read anew.
constexpr std::chrono::milliseconds kPauseAfterFailure{500};
constexpr std::chrono::seconds kReportFailureEvery{30};

/// How soon rows of deferred tasks are looked through again.
constexpr std::chrono::seconds kLookThroughEvery{5};

/// What repeats is logged once, then at intervals.
class Trouble {
 public:
  /// It is there (still).
  bool is_news() {
    const auto now = std::chrono::steady_clock::now();
    if (reported_at_ && now - *reported_at_ < kReportFailureEvery) return false;
    reported_at_ = now;
    return true;
  }
  /// True the first time after it was there.
  bool ended() { return std::exchange(reported_at_, std::nullopt).has_value(); }

 private:
  std::optional<std::chrono::steady_clock::time_point> reported_at_;
};

Outcome to_outcome(const DecisionRecord& record) {
  return {record.event.id, record.id, std::string(to_string(record.decision.type)),
          record.decision.reason};
}

std::chrono::milliseconds backoff(const Options& options, std::uint32_t attempt) {
  auto length = options.first_backoff;
  for (std::uint32_t i = 1; i < attempt && length < options.longest_backoff; ++i) length *= 2;
  return std::min(length, options.longest_backoff);
}

}  // namespace

struct Supervisor::Impl {
  using SteadyTime = std::chrono::steady_clock::time_point;

  Impl(registry::Registry& the_registry, std::shared_ptr<const policy::Engine> the_policy,
       DecisionWaiters& the_waiters, const Clock& the_clock, Logger& logger, Options the_options)
      : registry(the_registry),
        waiters(the_waiters),
        clock(the_clock),
        log(logger),
        options(std::move(the_options)),
        follower(registry, clock, options.followed_types, options.inbox_retention),
        upkeep(registry, clock, log, options.stuck_after, options.inbox_retention),
        engine(std::move(the_policy)),
        workers(std::max<std::size_t>(1, options.workers)) {}

  void run_until_stopped() {
    registry::ChangeWatch& changes = registry.changes();
    while (!changes.stopped()) {
      const std::uint64_t seen = changes.rings();
      if (!step_safely()) changes.wait(seen, kLookAgain);
    }
  }

  /// True where something was done, so that more may be waiting. The door at which a failure of
  /// the registry is caught: nothing is lost by it, everything undecided is still in the inbox.
  bool step_safely() {
    const bool followed = follow_safely();
    try {
      count_tidied(upkeep.tidy_if_due());
      const bool decided = decide_batch();
      if (deciding.ended()) log.info("supervisor works again");
      return decided || followed;
    } catch (const std::exception& error) {
      if (deciding.is_news()) {
        log.error("supervisor cannot work; undecided events stay in the inbox",
                  {{"reason", describe(error)}});
      }
      const auto never = std::numeric_limits<std::uint64_t>::max();
      registry.changes().wait(never, kPauseAfterFailure);
      return false;
    }
  }

  /// Whatever keeps the follower from working keeps no event from being decided.
  bool follow_safely() {
    const auto now = std::chrono::steady_clock::now();
    if (now < follow_again_at) return false;
    try {
      const Follower::Progress followed = follower.follow();
      if (following.ended()) log.info("rows of other writers are followed again");
      count_followed(followed.outcome);
      return followed.more;
    } catch (const std::exception& error) {
      if (following.is_news()) {
        log.error("rows of other writers cannot be followed; they wait in their tables",
                  {{"reason", describe(error)}});
      }
      follow_again_at = now + kPauseAfterFailure;
      return false;
    }
  }

  void count_followed(const registry::FollowOutcome& followed) {
    if (followed.refused > 0 && refusing.is_news()) {
      log.error("rows of other writers refused by the registry's inbox",
                {{"rows", followed.refused}});
    }
    if (followed.added == 0 && followed.refused == 0) return;
    count([&followed](SupervisorStats& s) {
      s.followed += followed.added;
      s.unknown_tasks += followed.unknown_tasks;
      s.failed_events += followed.unknown_tasks + followed.refused;
    });
  }

  void count_tidied(const InboxUpkeep::Done& done) {
    if (done.revived == 0 && done.removed == 0) return;
    count([&done](SupervisorStats& s) {
      s.revived_inbox_rows += done.revived;
      s.removed_inbox_rows += done.removed;
    });
  }

  // ---- Deciding

  bool decide_batch() {
    const PendingPage page = take();
    passed_over_to = std::max(passed_over_to, page.last);
    if (page.events.empty()) return false;
    std::vector<Verdict> verdicts = decide(by_task(page.events));
    std::sort(verdicts.begin(), verdicts.end(),
              [](const Verdict& a, const Verdict& b) { return inbox_row_of(a) < inbox_row_of(b); });
    const std::vector<registry::RecordOutcome> outcomes = record(verdicts);
    defer(verdicts, outcomes);
    publish(verdicts, outcomes);
    return true;
  }

  /// The oldest pending events without those of deferred tasks. A task may have a hundred thousand
  /// of them, so they are not looked through each time: what a look passed over stays passed over
  /// until a deferral ends, or for kLookThroughEvery, since others too make rows pending again.
  PendingPage take() {
    const SteadyTime now = clock.steady_now();
    const auto ended =
        std::erase_if(deferred, [now](const auto& entry) { return entry.second <= now; });
    if (ended > 0 || deferred.empty() || now - looked_through_at >= kLookThroughEvery) {
      passed_over_to = 0;
      looked_through_at = now;
    }
    const auto is_deferred = [this](const TaskId& task) { return deferred.contains(task); };
    return registry.reads().read_now([&](const registry::ReadView& view) {
      return view.pending_events(passed_over_to, options.batch, clock.now(), is_deferred);
    });
  }

  static std::vector<std::vector<PendingEvent>> by_task(const std::vector<PendingEvent>& events) {
    std::unordered_map<TaskId, std::size_t> place;
    std::vector<std::vector<PendingEvent>> tasks;
    for (const PendingEvent& pending : events) {
      const auto [entry, is_new] = place.try_emplace(pending.event.task, tasks.size());
      if (is_new) tasks.emplace_back();
      tasks[entry->second].push_back(pending);
    }
    return tasks;
  }

  /// One task is one worker's; a single task is decided right here.
  std::vector<Verdict> decide(const std::vector<std::vector<PendingEvent>>& tasks) {
    const std::shared_ptr<const policy::Engine> policy = current_policy();
    if (tasks.size() == 1) return decide_task(tasks.front(), *policy, clock, options);
    std::vector<std::vector<Verdict>> results(tasks.size());
    std::latch done(static_cast<std::ptrdiff_t>(tasks.size()));
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      boost::asio::post(workers, [&, i] {
        results[i] = decide_task(tasks[i], *policy, clock, options);
        done.count_down();
      });
    }
    done.wait();
    std::vector<Verdict> all;
    for (auto& verdicts : results)
      std::move(verdicts.begin(), verdicts.end(), std::back_inserter(all));
    return all;
  }

  /// The batch in one transaction. Where the registry refuses something of it (a trigger or
  /// constraint of somebody else's), one by one, so that one event cannot keep the others from
  /// being decided.
  std::vector<registry::RecordOutcome> record(const std::vector<Verdict>& verdicts) {
    try {
      return registry.writes().write_now([&](registry::WriteTransaction& tx) {
        std::vector<registry::RecordOutcome> outcomes;
        outcomes.reserve(verdicts.size());
        for (const Verdict& verdict : verdicts) outcomes.push_back(record_one(tx, verdict));
        return outcomes;
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::conflict) throw;
    }
    std::vector<registry::RecordOutcome> outcomes;
    outcomes.reserve(verdicts.size());
    for (const Verdict& verdict : verdicts) outcomes.push_back(record_or_fail(verdict));
    return outcomes;
  }

  registry::RecordOutcome record_or_fail(const Verdict& verdict) {
    try {
      return registry.writes().write_now(
          [&](registry::WriteTransaction& tx) { return record_one(tx, verdict); });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::conflict) throw;
      report_refusal(verdict, error);
      fail_refused(verdict, error.what());
    }
    return registry::RecordOutcome::not_pending;
  }

  /// A registry may refuse this too; then the event stays pending and its task is deferred.
  void fail_refused(const Verdict& verdict, std::string_view reason) {
    try {
      const auto outcome = registry.writes().write_now([&](registry::WriteTransaction& tx) {
        return tx.fail(inbox_row_of(verdict), event_of(verdict).id, reason, clock.now());
      });
      if (outcome == registry::RecordOutcome::recorded)
        count([](SupervisorStats& s) { ++s.failed_events; });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::conflict) throw;
    }
  }

  void report_refusal(const Verdict& verdict, const Error& error) {
    if (!refusing.is_news()) return;
    log.error("decision refused by the registry",
              {{"event", event_of(verdict).id.str()}, {"reason", error.what()}});
  }

  registry::RecordOutcome record_one(registry::WriteTransaction& tx, const Verdict& verdict) const {
    if (const auto* decision = std::get_if<DecisionRecord>(&verdict)) return tx.record(*decision);
    if (const auto* failure = std::get_if<FailedEvaluation>(&verdict)) return tx.record(*failure);
    const auto& [pending, why] = std::get<Closed>(verdict);
    if (why == Closing::already_decided)
      return tx.complete(pending.row, pending.event.id, clock.now());
    return tx.fail(pending.row, pending.event.id, to_string(why), clock.now());
  }

  /// Every event of a batch is closed by now or its task deferred, so that the next batch is
  /// another one.
  void defer(const std::vector<Verdict>& verdicts,
             const std::vector<registry::RecordOutcome>& outcomes) {
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const TaskId& task = event_of(verdicts[i]).task;
      if (outcomes[i] == registry::RecordOutcome::not_pending) {
        deferred[task] = clock.steady_now() + options.first_backoff;
      }
      const auto* failure = std::get_if<FailedEvaluation>(&verdicts[i]);
      if (failure == nullptr || failure->final) continue;
      deferred[task] = clock.steady_now() + backoff(options, failure->attempt);
    }
  }

  void publish(const std::vector<Verdict>& verdicts,
               const std::vector<registry::RecordOutcome>& outcomes) {
    std::vector<Outcome> announced;
    count([&](SupervisorStats& s) {
      for (std::size_t i = 0; i < verdicts.size(); ++i) {
        if (outcomes[i] == registry::RecordOutcome::vanished) ++s.lost;
        if (outcomes[i] == registry::RecordOutcome::recorded_status_refused) ++s.refused_statuses;
        const bool recorded = outcomes[i] == registry::RecordOutcome::recorded ||
                              outcomes[i] == registry::RecordOutcome::recorded_status_refused;
        if (recorded) count_recorded(s, verdicts[i], announced);
      }
    });
    waiters.announce(announced);
  }

  static void count_recorded(SupervisorStats& s, const Verdict& verdict,
                             std::vector<Outcome>& announced) {
    if (const auto* record = std::get_if<DecisionRecord>(&verdict)) {
      ++s.decisions[std::string(to_string(record->decision.type))];
      for (const Finding& finding : record->decision.findings) {
        ++s.findings[{std::string(to_string(finding.kind)),
                      std::string(to_string(finding.severity))}];
      }
      announced.push_back(to_outcome(*record));
    } else if (const auto* failure = std::get_if<FailedEvaluation>(&verdict)) {
      ++s.failed_evaluations;
      if (!failure->final) return;
      ++s.failed_events;
      announced.push_back({failure->event.id, failure->id, "ERROR", failure->error});
    } else if (const auto& closed = std::get<Closed>(verdict);
               closed.why != Closing::already_decided) {
      if (closed.why == Closing::unknown_task) ++s.unknown_tasks;
      ++s.failed_events;
      announced.push_back(
          {closed.pending.event.id, DecisionId(), "ERROR", std::string(to_string(closed.why))});
    }
  }

  // ---- State

  template <class Change>
  void count(Change change) {
    const MutexLock lock(mutex);
    change(stats);
  }

  std::shared_ptr<const policy::Engine> current_policy() const {
    const MutexLock lock(mutex);
    return engine;
  }

  registry::Registry& registry;
  DecisionWaiters& waiters;
  const Clock& clock;
  Logger& log;
  const Options options;

  // The loop's alone.
  Follower follower;
  InboxUpkeep upkeep;
  std::unordered_map<TaskId, SteadyTime> deferred;  ///< tasks that wait, and until when
  RowId passed_over_to = 0;  ///< every pending row up to here is a deferred task's
  SteadyTime looked_through_at{};
  SteadyTime follow_again_at{};
  Trouble deciding;
  Trouble following;
  Trouble refusing;

  mutable Mutex mutex;
  std::shared_ptr<const policy::Engine> engine GUARDED_BY(mutex);
  SupervisorStats stats GUARDED_BY(mutex);

  boost::asio::thread_pool workers;
  std::thread loop;
};

Supervisor::Supervisor(registry::Registry& registry, std::shared_ptr<const policy::Engine> policy,
                       DecisionWaiters& waiters, const Clock& clock, Logger& log,
                       const Options& options)
    : impl_(std::make_unique<Impl>(registry, std::move(policy), waiters, clock, log, options)) {
  impl_->loop = std::thread([impl = impl_.get()] { impl->run_until_stopped(); });
}

Supervisor::~Supervisor() {
  impl_->registry.changes().stop();
  impl_->loop.join();
  impl_->workers.join();
}

void Supervisor::use(std::shared_ptr<const policy::Engine> policy) {
  const MutexLock lock(impl_->mutex);
  impl_->engine = std::move(policy);
}

std::shared_ptr<const policy::Engine> Supervisor::policy() const { return impl_->current_policy(); }

SupervisorStats Supervisor::stats() const {
  const MutexLock lock(impl_->mutex);
  SupervisorStats stats = impl_->stats;
  stats.policy = impl_->engine->name();
  return stats;
}

}  // namespace replay::supervisor
