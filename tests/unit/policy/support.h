#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "model/decision.h"
#include "model/event.h"
#include "policy/engine.h"

namespace replay::policy::testing {

inline Instant noon() { return *parse_instant("2026-06-01T12:00:00Z"); }

inline Event event(std::string type, std::string payload) {
  return {.id = EventId("evt-1"),
          .task = TaskId("task-1"),
          .type = std::move(type),
          .ts = noon(),
          .source = EventSource::eventbus,
          .payload = std::move(payload)};
}

inline std::string messages(const LoadResult& result) {
  std::string text;
  for (const Diagnostic& diagnostic : result.diagnostics) text += to_string(diagnostic) + "\n";
  return text;
}

/// The engine of a policy that must have no errors.
inline std::unique_ptr<Engine> engine_of(const std::string& text) {
  LoadResult result = load_sources({{"test.yml", text}}, noon());
  EXPECT_NE(result.engine, nullptr) << messages(result);
  return std::move(result.engine);
}

/// A policy of one rule, R, that blocks events of type T where `when` (in flow style) holds.
inline std::string rule_when(const std::string& when) {
  return "policy: test\nversion: 1\nrules:\n  - id: R\n    on: T\n    when: " + when +
         "\n    finding: {kind: RISK, severity: HIGH, message: Found}\n"
         "decide:\n  T: {CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: PAUSE, LOW: PAUSE, NONE: ALLOW}\n";
}

inline Decision decide(const Engine& engine, const std::string& payload) {
  return engine.decide(event("T", payload), {}, noon());
}

}  // namespace replay::policy::testing
