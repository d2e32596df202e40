#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/backfill.h"
#include "api/parameters.h"
#include "base/clock.h"
#include "base/error.h"
#include "registry/read_pool.h"
#include "summary/window_stats.h"

namespace replay::api {
namespace {

using summary::Series;
using summary::Step;

constexpr std::array<std::pair<std::string_view, Series>, 3> kSeries{
    {{"decision-lag", Series::decision_lag},
     {"decision-types", Series::decision_types},
     {"blocked-tasks", Series::blocked_tasks}}};
constexpr std::array<std::pair<std::string_view, Step>, 2> kSteps{
    {{"hour", Step::hour}, {"day", Step::day}}};

/// The entry the parameter names. Throws Error(out_of_range) listing the names.
template <class Entry, std::size_t size>
const Entry& one_of(const std::array<Entry, size>& entries, std::string_view parameter,
                    std::string_view value) {
  std::string names;
  for (const Entry& entry : entries) {
    if (entry.first == value) return entry;
    names += (names.empty() ? "" : ", ") + std::string(entry.first);
  }
  throw Error(ErrorKind::out_of_range, std::string(parameter) + " must be one of " + names + ".");
}

json::value to_json(Series series, const summary::SeriesPoint& point) {
  json::object json{{"ts", format_instant(point.start)}};
  switch (series) {
    case Series::decision_lag:
      json["p50"] = or_null(point.lag.p50);
      json["p95"] = or_null(point.lag.p95);
      json["p99"] = or_null(point.lag.p99);
      json["count"] = point.lag.count;
      break;
    case Series::decision_types: {
      json::object types;
      for (const auto& [type, count] : point.decisions.types) types[type] = count;
      json["decision_types"] = std::move(types);
      json["total"] = point.decisions.total;
      break;
    }
    case Series::blocked_tasks:
      json["blocked_tasks"] = point.blocked_tasks;
      json["block_count"] = point.block_count;
      break;
  }
  return json;
}

boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads, Instant now,
                                              const http::Request& request) {
  const auto& series = one_of(kSeries, "series", request.query_value("series").value_or(""));
  const auto& step = one_of(kSteps, "step", request.query_value("step").value_or("hour"));
  const Window window = window_parameter(request, "24h");
  return reads.read([&series, &step, window, now](const registry::ReadView& view) {
    json::array points;
    for (const auto& point :
         summary::time_series(view, series.second, step.second, now - window.length(), now)) {
      points.push_back(to_json(series.second, point));
    }
    return json_answer(with_backfill(view, {{"series", series.first},
                                            {"window", window.text()},
                                            {"step", step.first},
                                            {"points", std::move(points)}}));
  });
}

}  // namespace

http::Handler timeseries(const Services& services) {
  return [&reads = services.reads, &clock = services.clock](const http::Request& request) {
    return answer(reads, clock.now(), request);
  };
}

}  // namespace replay::api
