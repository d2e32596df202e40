#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "model/decision.h"
#include "model/event.h"
#include "policy/engine.h"

/// Any bytes are a policy file: it is refused with a place in the file, or decides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const replay::Instant now{std::chrono::days{20'000}};
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto result = replay::policy::load_sources({{"fuzz.yml", text}}, now);
  if (result.engine == nullptr) {
    if (result.diagnostics.empty()) __builtin_trap();
    return 0;
  }
  const replay::Event event{
      .id = replay::EventId("evt-1"),
      .task = replay::TaskId("task-1"),
      .type = "TASK_CREATED",
      .ts = now,
      .source = replay::EventSource::eventbus,
      .payload =
          R"({"command":["rm","-rf","/etc"],"command_spec":{"a":[1,{"b":"x"}]},"user":"kim"})"};
  const replay::Decision decision = result.engine->decide(event, {}, now);
  if (decision.reason.empty()) __builtin_trap();
  return 0;
}
