#include "tests/e2e/load.h"

#include "tests/support/http_client.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {

Load::Load(const std::string& address, int round, std::size_t clients) {
  for (std::size_t i = 0; i < clients; ++i) {
    threads_.emplace_back(&Load::send, this, address,
                          std::to_string(round) + "-" + std::to_string(i));
  }
}

Load::~Load() { stop(); }

void Load::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Load::send(const std::string& address, const std::string& client) {
  constexpr int kEventsARequest = 5;
  HttpClient connection(address);
  try {
    for (int request = 0; !stopping_; ++request) {
      const std::string prefix = client + "-" + std::to_string(request);
      json::array events;
      std::vector<std::string> ids;
      for (int i = 0; i < kEventsARequest; ++i) {
        ids.push_back("evt-" + prefix + "-" + std::to_string(i));
        events.push_back(i == 0 ? created(ids.back(), "task-" + prefix)
                                : event(ids.back(), "task-" + prefix, "TASK_STEP_COMPLETED"));
      }
      const HttpResponse answer =
          connection.post("/api/governance/events", json::serialize(events));
      if (answer.status != 202) {
        ++refused_;
        continue;
      }
      const std::scoped_lock lock(mutex_);
      acknowledged_.insert(ids.begin(), ids.end());
      acknowledged_count_ = acknowledged_.size();
    }
  } catch (const std::exception&) {
    ++cut_off_;
  }
}

DecidedEvents decided_events(ForeignWriter& registry) {
  DecidedEvents result;
  for (
      const auto& row : registry.rows(
          "WITH made AS (SELECT json_extract(payload, '$.decision_snapshot.event.event_id') AS id, "
          "count(*) AS n FROM task_audits WHERE event_type LIKE 'SUPERVISOR\\_%' ESCAPE '\\' GROUP "
          "BY 1) SELECT event_id, status = 'completed' AND coalesce(n, 0) = 1 FROM "
          "supervisor_inbox "
          "LEFT JOIN made ON id = event_id")) {
    (row[1] == "1" ? result.once : result.other).insert(row[0].value());
  }
  result.decisions = static_cast<std::size_t>(registry.number(
      "SELECT count(*) FROM task_audits WHERE event_type LIKE 'SUPERVISOR\\_%' ESCAPE '\\' AND "
      "json_extract(payload, '$.decision_snapshot.event.event_id') IS NOT NULL"));
  return result;
}

}  // namespace replay::testing
