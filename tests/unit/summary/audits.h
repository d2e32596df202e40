#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/stats.h"
#include "summary/summarizer.h"
#include "support/temp_registry.h"

namespace replay::summary {

/// An audit row as another process writes it: texts, put in by plain SQL.
struct Audit {
  std::string type = "SUPERVISOR_ALLOWED";
  std::string created_at = "2026-01-28T10:30:00Z";
  std::string task = "task-1";
  std::optional<std::string> payload = "{}";
  std::optional<std::string> decision_id;
  std::optional<std::string> source_event_ts;
  std::optional<std::string> supervisor_processed_at;
};

void insert(testing::TempRegistry& registry, const std::vector<Audit>& audits);

/// A block of `task` with that reason.
[[nodiscard]] Audit block(std::string task, std::string reason, std::string created_at);

/// What a row means, kept beside it by who made it up.
struct Truth {
  DecisionFact fact;
  std::string decision_id;
};

/// Audits over three days in every form of timestamp, with and without columns, in no order of
/// time; some are no decisions, some are unreadable.
class RandomAudits {
 public:
  explicit RandomAudits(unsigned seed) : random_(seed) {}

  /// Puts `count` rows into the registry and remembers what they mean.
  void insert_into(testing::TempRegistry& registry, std::size_t count);

  [[nodiscard]] const std::vector<Truth>& decisions() const { return decisions_; }
  [[nodiscard]] Instant any_instant();

 private:
  Audit make();
  std::string in_any_form(Instant when);
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::mt19937_64 random_;
  RowId rows_ = 0;
  std::vector<Truth> decisions_;
};

/// Steps until nothing is left.
void fold_all(Summarizer& summarizer);

/// Lets so much time pass that the table's shape may be looked at again, and steps until nothing is
/// left.
void reconcile(testing::TempRegistry& registry, Summarizer& summarizer,
               Duration after = std::chrono::seconds{5});

/// Asks the registry under test.
template <class Query>
auto ask(testing::TempRegistry& registry, Query query) {
  return registry.registry().reads().read_now(query);
}

}  // namespace replay::summary
