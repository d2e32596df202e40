#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "policy/engine.h"

namespace replay {
class Clock;
class Logger;
}  // namespace replay
namespace replay::registry {
class Registry;
}

namespace replay::supervisor {

class DecisionWaiters;

/// Status written by each decision, in upper case; nullopt leaves the task's status alone.
struct TaskStatuses {
  std::optional<std::string> allowed_created = "VERIFYING";  ///< ALLOW on TASK_CREATED
  std::optional<std::string> paused = "PAUSED";
  std::optional<std::string> blocked = "BLOCKED";
};

struct Options {
  std::size_t workers = 2;         ///< threads that evaluate policies
  std::uint32_t max_attempts = 5;  ///< evaluations of an event before it is `failed`
  std::chrono::milliseconds first_backoff{1'000};      ///< doubled after each failed attempt …
  std::chrono::milliseconds longest_backoff{300'000};  ///< … up to this
  Duration stuck_after =
      std::chrono::minutes{5};  ///< rows `processing` for longer become pending again
  Duration inbox_retention = std::chrono::days{7};  ///< completed rows older than this are removed
  std::size_t batch = 256;                          ///< events decided per transaction, at most
  TaskStatuses statuses;
  std::vector<std::string> followed_types{"TASK_CREATED", "TASK_STEP_COMPLETED", "TASK_FAILED"};
};

struct SupervisorStats {
  std::map<std::string, std::uint64_t> decisions;  ///< by "ALLOW" …, since start
  std::map<std::pair<std::string, std::string>, std::uint64_t> findings;  ///< by kind and severity
  std::uint64_t failed_evaluations = 0;
  std::uint64_t failed_events = 0;     ///< given up after max_attempts, or undecidable
  std::uint64_t refused_statuses = 0;  ///< a trigger refused the status
  std::uint64_t followed = 0;          ///< rows of other writers put into the inbox
  std::uint64_t unknown_tasks = 0;
  std::uint64_t lost = 0;  ///< accepted events that vanished undecided
  std::uint64_t removed_inbox_rows = 0;
  std::uint64_t revived_inbox_rows = 0;
  std::string policy;
};

/// The loop: on the bell, take pending events → decide them over the workers, a task's own in order
/// → record the batch in one transaction → announce. Also follows rows that other processes insert
/// (Follower) and keeps the inbox small. All state is in the registry: a restart, after a crash
/// too, is nothing special. Thread rule: public methods from any thread; it has threads of its own,
/// from construction until destruction.
class Supervisor {
 public:
  Supervisor(registry::Registry& registry, std::shared_ptr<const policy::Engine> policy,
             DecisionWaiters& waiters, const Clock& clock, Logger& log, const Options& options);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// The next batch is decided by this policy.
  void use(std::shared_ptr<const policy::Engine> policy);
  [[nodiscard]] std::shared_ptr<const policy::Engine> policy() const;

  [[nodiscard]] SupervisorStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::supervisor
