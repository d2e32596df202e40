#include "tests/support/oracle.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace replay::testing::oracle {
namespace {

bool in_window(const BuiltRow& row, Instant from) {
  return row.created_at && *row.created_at >= from;
}

}  // namespace

std::string decision_type(const BuiltRow& row) {
  constexpr std::string_view kPrefix = "SUPERVISOR_";
  if (!row.is_audit || !row.type.starts_with(kPrefix)) return "";
  return row.type.substr(kPrefix.size());
}

std::map<std::string, std::int64_t> decision_types(const BuiltRegistry& built, Instant from) {
  std::map<std::string, std::int64_t> counts;
  for (const BuiltRow& row : built.rows) {
    if (in_window(row, from) && !decision_type(row).empty()) ++counts[decision_type(row)];
  }
  return counts;
}

std::vector<double> lags(const BuiltRegistry& built, Instant from) {
  std::vector<double> found;
  for (const BuiltRow& row : built.rows) {
    if (in_window(row, from) && row.lag && *row.lag >= Duration::zero()) {
      found.push_back(to_seconds(*row.lag));
    }
  }
  std::ranges::sort(found);
  return found;
}

double quantile(const std::vector<double>& ascending, int percent) {
  const std::size_t hundredths = ascending.size() * static_cast<std::size_t>(percent);
  return ascending.at((hundredths + 99) / 100 - 1);
}

std::vector<BlockedTask> blocked_tasks(const BuiltRegistry& built, Instant from) {
  std::map<std::string, BlockedTask> tasks;
  for (const BuiltRow& row : built.rows) {
    if (!in_window(row, from) || decision_type(row) != "BLOCKED") continue;
    BlockedTask& task = tasks[row.task];
    task.task = row.task;
    if (++task.count == 1 || *row.created_at >= task.last) {
      task.last = *row.created_at;
      task.code = row.reason_code;
    }
  }
  std::vector<BlockedTask> ordered;
  for (auto& [id, task] : tasks) ordered.push_back(task);
  std::ranges::sort(ordered, std::greater{},
                    [](const BlockedTask& task) { return std::pair(task.count, task.last); });
  return ordered;
}

std::map<std::string, std::int64_t> reasons(const BuiltRegistry& built, Instant from) {
  std::map<std::string, std::int64_t> counts;
  for (const BuiltRow& row : built.rows) {
    if (in_window(row, from) && !row.reason_code.empty()) ++counts[row.reason_code];
  }
  return counts;
}

std::vector<BuiltRow> trace(const BuiltRegistry& built, const std::string& task) {
  std::vector<BuiltRow> rows;
  std::ranges::copy_if(built.rows, std::back_inserter(rows),
                       [&](const BuiltRow& row) { return row.task == task; });
  std::ranges::sort(rows, std::greater{}, [](const BuiltRow& row) {
    return std::tuple(row.created_at.value_or(Instant::min()), row.is_audit, row.row);
  });
  return rows;
}

}  // namespace replay::testing::oracle
