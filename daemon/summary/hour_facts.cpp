#include "summary/hour_facts.h"

#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "registry/read_view.h"

namespace replay::summary {
namespace {

constexpr std::chrono::hours kHour{1};

struct Changes {
  std::set<std::pair<Instant, RowId>> gone;
  std::vector<const DecisionFact*> put;
};

}  // namespace

HourSummary hour_of_facts(const registry::ReadView& view, Instant start) {
  HourSummary summary;
  view.each_fact_between(start, start + kHour,
                         [&](const DecisionFact& fact) { summary.add(fact); });
  return summary;
}

void correct_hours(const registry::ReadView& view, Correction& correction) {
  std::map<Instant, Changes> hours;
  for (const DecisionFact& fact : correction.facts_gone)
    hours[floor_hour(fact.at)].gone.emplace(fact.at, fact.row);
  for (const DecisionFact& fact : correction.batch.facts)
    hours[floor_hour(fact.at)].put.push_back(&fact);
  for (const auto& [start, changes] : hours) {
    HourSummary summary;
    view.each_fact_between(start, start + kHour, [&](const DecisionFact& fact) {
      if (!changes.gone.contains({fact.at, fact.row})) summary.add(fact);
    });
    for (const DecisionFact* fact : changes.put) summary.add(*fact);
    if (summary == HourSummary{}) {
      correction.hours_gone.push_back(start);
    } else {
      correction.batch.hours.push_back(summary.to_row(start));
    }
  }
}

}  // namespace replay::summary
