#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/decision.h"
#include "model/event.h"

namespace replay::policy {

struct Policy;
struct Explanation;

/// One rule's work since the engine was made.
struct RuleStats {
  std::string rule;
  std::uint64_t evaluations = 0;
  std::uint64_t matches = 0;
  Duration time{};
};

/// A compiled policy: decides one event from the event, its task's state and a given instant. No
/// I/O, no clock.
///
/// Immutable but for the rules' counters; swapped whole on reload. Thread rule: decide() and
/// explain() from any thread.
class Engine {
 public:
  explicit Engine(std::unique_ptr<const Policy> policy);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// `now` decides which exceptions have expired. Throws Error(malformed) where the event's payload
  /// is no JSON object, Error(internal) where the evaluation fails.
  [[nodiscard]] Decision decide(const Event& event, const DecisionInputs& inputs,
                                Instant now) const;

  /// The same decision with how it came about; it counts in the rules' statistics too. Throws as
  /// decide() does.
  [[nodiscard]] Explanation explain(const Event& event, const DecisionInputs& inputs,
                                    Instant now) const;

  /// "default@1"; several files: "default@1+site@3".
  [[nodiscard]] const std::string& name() const;

  /// Of all files' bytes, in order: tells apart what carries the same name and version.
  [[nodiscard]] const std::string& sha256() const;

  [[nodiscard]] std::vector<RuleStats> stats() const;

 private:
  std::unique_ptr<const Policy> policy_;
};

/// A mistake, or something suspicious, in a policy file.
struct Diagnostic {
  enum class Level { warning, error };
  Level level = Level::error;
  std::string file;
  int line = 0;    ///< from 1
  int column = 0;  ///< from 1
  std::string message;
};

/// "default.yml:12:5: error: …"
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

/// The text of a policy file, and the name that its diagnostics carry.
struct Source {
  std::string name;
  std::string text;
};

struct LoadResult {
  std::unique_ptr<Engine> engine;  ///< null where there are errors
  std::vector<Diagnostic> diagnostics;
};

/// Reads and compiles policy files; several add up (rules, exceptions and decide entries in order;
/// ids unique over all). All mistakes of all files are reported. `now` decides which exceptions are
/// reported as expired. Throws Error(unavailable) where a file cannot be read.
[[nodiscard]] LoadResult load(const std::vector<std::filesystem::path>& files, Instant now);

/// The same from memory.
[[nodiscard]] LoadResult load_sources(const std::vector<Source>& sources, Instant now);

}  // namespace replay::policy
