#include "tests/bench/programs/event_stream.h"

namespace replay::bench {
namespace {

std::string step_payload(std::size_t number) {
  const std::string n = std::to_string(number);
  return R"({"step": )" + n + R"(, "command": ["pytest", "tests/billing", "-q", "-k", "case_)" + n +
         R"("], "tool_requests": [{"tool": "file_read", "path": "/srv/projects/billing/main.py"}, )"
         R"({"tool": "file_write", "path": "/srv/projects/billing/report_)" +
         n +
         R"(.txt"}], "risk_indicators": {"error_rate": 0.05, "resource_usage": 0.4, )"
         R"("security_score": 90}, "result": {"warnings": [], "output": "12 passed in 3.2 s; )"
         R"(coverage 91 %; the report lies beside the sources, and nothing else was written"}})";
}

std::string created_payload(std::size_t number) {
  return R"({"title": "Profile the slow endpoint )" + std::to_string(number) +
         R"(", "user": "ada", "metadata": {"retry_count": 0, "max_retries": 3}, "command_spec": )"
         R"({"argv": ["python", "-m", "cProfile", "-o", "out.prof", "billing/main.py"], )"
         R"("cwd": "/srv/projects/billing", "env": {"LANG": "C.UTF-8", "CI": "1"}}})";
}

constexpr auto kFailedPayload =
    R"({"error": "timeout after 30 s while fetching billing", "error_type": "network_timeout"})";

}  // namespace

Event event_number(const std::string& prefix, std::size_t number, Instant ts) {
  const std::size_t task = number / kEventsPerTask;
  const std::size_t step = number % kEventsPerTask;
  Event event;
  event.id = EventId(prefix + "-e" + std::to_string(number));
  event.task = TaskId(prefix + "-t" + std::to_string(task));
  event.ts = ts;
  if (step == 0) {
    event.type = kTaskCreated;
    event.payload = created_payload(task);
  } else if (step == kEventsPerTask - 1 && task % 10 == 0) {
    event.type = "TASK_FAILED";
    event.payload = kFailedPayload;
  } else {
    event.type = "TASK_STEP_COMPLETED";
    event.payload = step_payload(number);
  }
  return event;
}

std::string to_request(const Event& event) {
  return R"({"event_id":")" + event.id.str() + R"(","task_id":")" + event.task.str() +
         R"(","event_type":")" + event.type + R"(","ts":")" + format_instant(event.ts) +
         R"(","payload":)" + event.payload + "}";
}

}  // namespace replay::bench
