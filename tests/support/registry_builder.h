#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/time.h"

namespace replay::testing {

/// What an AgentOS registry to be built looks like.
struct RegistryShape {
  std::uint64_t seed = 1;
  bool v14 = false;              ///< no decision columns, no task_events
  bool upstream_indexes = true;  ///< false: none at all
  bool triggers = false;         ///< those of AgentOS: a blocked task's audit, the frozen spec
  bool mixed_timestamps = true;  ///< every form a registry holds; false: one
  bool text_audit_ids = false;
  std::size_t tasks = 40;
  std::size_t audits = 3000;  ///< the special ones below among them
  std::size_t events_per_task = 5;
  std::size_t hot_events = 0;  ///< task_events of "task-hot", and as many audits
  std::size_t orphans = 0;     ///< audits whose task does not exist
  std::size_t bad_json = 0;
  std::size_t bad_timestamps = 0;
  std::size_t pending = 0;  ///< inbox rows left to decide
  double legacy = 0.2;      ///< share of decisions with their two times in the payload
  Duration span = std::chrono::hours{72};
  Instant now = SystemClock().now();
};

/// A row as the builder made it; instants are what was meant, not what the text looks like.
struct BuiltRow {
  bool is_audit = true;
  std::int64_t row = 0;
  std::string task;
  std::string type;
  std::optional<Instant> created_at;  ///< nullopt: written unreadable
  bool payload_is_json = true;
  std::string decision_id;      ///< "": none
  std::string reason_code;      ///< "": none
  std::optional<Duration> lag;  ///< as computed, negative ones too; nullopt: not known
  bool lag_in_columns = false;
};

struct BuiltTask {
  std::string id;
  std::string status;
};

struct BuiltRegistry {
  std::vector<BuiltTask> tasks;
  std::vector<BuiltRow> rows;  ///< audits and events
};

/// Writes a registry of that shape. The same shape gives the same rows. Throws std::exception where
/// it cannot.
BuiltRegistry build_registry(const std::filesystem::path& path, const RegistryShape& shape);

/// The tables of an AgentOS registry, without rows; with its indexes where the shape wants them.
void create_agentos_tables(const std::filesystem::path& path, const RegistryShape& shape);

/// The indexes alone: on a large table they are made faster behind the rows.
void create_agentos_indexes(const std::filesystem::path& path, const RegistryShape& shape);

}  // namespace replay::testing
