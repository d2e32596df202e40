#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <re2/re2.h>
#include <re2/set.h>
#include <yaml-cpp/yaml.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "policy/engine.h"
#include "policy/pointer.h"
#include "tests/bench/programs/latencies.h"
#include "tests/bench/programs/program.h"

namespace replay::bench {
namespace {

constexpr auto kPolicyFile = REPLAY_SOURCE_DIR "/policies/default.yml";
/// Where the default policy, and the bench's rules, look for commands.
constexpr std::array kCommandPointers{"/command_spec/**", "/command/**", "/tool_requests/**"};
constexpr std::size_t kRules = 100;
constexpr std::size_t kLoops = 5;
constexpr std::int64_t kSetMemoryBytes = 64 << 20;

/// 1 kB, a dozen strings to look at, and nothing to find.
constexpr auto kPayload =
    R"({"step": 7, "command_spec": {"argv": ["python", "-m", "cProfile", "-o", "out.prof", )"
    R"("billing/main.py", "--repeat", "20"], "cwd": "/srv/projects/billing", "env": {"LANG": )"
    R"("C.UTF-8", "CI": "1"}}, "tool_requests": [{"tool": "file_read", "path": )"
    R"("/srv/projects/billing/main.py"}, {"tool": "file_write", "path": )"
    R"("/srv/projects/billing/report.txt"}, {"tool": "shell", "command": "git log --oneline )"
    R"(v1..HEAD -- billing && make -C services/billing test"}], "risk_indicators": {"error_rate": )"
    R"(0.05, "resource_usage": 0.4, "security_score": 90}, "result": {"warnings": [], "output": )"
    R"("collected 412 items; 412 passed in 31.2 s; coverage 91 %; the slowest were test_invoice_of_)"
    R"(a_year, test_rounding_of_shares and test_import_of_statements; the report lies beside the )"
    R"(sources; nothing else was written, and no network was used; the branch is up to date with )"
    R"(its origin, the working tree is clean, and the next step is to compare this profile with )"
    R"(the one of the last release before any change is made to the loop that adds up positions"}})";

std::string pattern(std::size_t rule) {
  return R"(\btool-)" + std::to_string(1'000 + rule) + R"(\s+(?:--force|-f)\b.*\btarget-\w+)";
}

std::string rules() {
  std::string text = "policy: bench\nversion: 1\nrules:\n";
  for (std::size_t i = 0; i < kRules; ++i) {
    text += "  - id: BENCH_" + std::to_string(i) +
            "\n    on: [TASK_STEP_COMPLETED]\n    when: {pointer: "
            "[/command_spec/**, /command/**, /tool_requests/**], matches: '" +
            pattern(i) + "'}\n    finding: {kind: RISK, severity: LOW, message: \"Bench\"}\n";
  }
  return text;
}

/// The values of every `matches` below a node.
void collect_patterns(const YAML::Node& node, std::vector<std::string>& found) {
  if (node.IsSequence()) {
    for (const auto& element : node) collect_patterns(element, found);
  }
  if (!node.IsMap()) return;
  for (const auto& member : node) {
    if (member.first.Scalar() != "matches") {
      collect_patterns(member.second, found);
    } else if (member.second.IsSequence()) {
      for (const auto& element : member.second) found.push_back(element.Scalar());
    } else {
      found.push_back(member.second.Scalar());
    }
  }
}

/// One set of every pattern of both policies.
re2::RE2::Set pattern_set(const std::string& default_policy) {
  std::vector<std::string> patterns;
  collect_patterns(YAML::Load(default_policy), patterns);
  for (std::size_t i = 0; i < kRules; ++i) patterns.push_back(pattern(i));
  re2::RE2::Options options;
  options.set_max_mem(kSetMemoryBytes);
  re2::RE2::Set set(options, re2::RE2::UNANCHORED);
  for (const std::string& text : patterns) {
    if (set.Add(text, nullptr) < 0) throw std::runtime_error("not a pattern: " + text);
  }
  if (!set.Compile()) throw std::runtime_error("the set of all patterns does not compile");
  return set;
}

std::vector<std::string> command_strings() {
  std::vector<std::string> strings;
  std::string problem;
  const json::value payload = json::parse(kPayload);
  for (const char* text : kCommandPointers) {
    policy::Pointer::parse(text, problem)->visit(payload, [&](const json::value& value, auto&) {
      if (value.is_string()) strings.emplace_back(value.get_string());
      return true;
    });
  }
  return strings;
}

/// Of CPU time: the median of several loops, after one to warm up.
template <class Work>
double microseconds_of(std::size_t count, Work work) {
  std::vector<double> loops;
  for (std::size_t loop = 0; loop <= kLoops; ++loop) {
    const double start = cpu_seconds();
    for (std::size_t i = 0; i < count; ++i) work();
    if (loop > 0) loops.push_back((cpu_seconds() - start) * 1e6 / static_cast<double>(count));
  }
  return quantile(loops, 0.5);
}

void measure(std::size_t count) {
  const SystemClock clock;
  const std::string default_policy = read_file(kPolicyFile);
  const auto loaded =
      policy::load_sources({{"default", default_policy}, {"bench", rules()}}, clock.now());
  if (loaded.engine == nullptr) throw std::runtime_error(to_string(loaded.diagnostics.front()));
  const Event event{.id = EventId("evt"),
                    .task = TaskId("task"),
                    .type = "TASK_STEP_COMPLETED",
                    .ts = clock.now(),
                    .payload = kPayload};
  const DecisionInputs inputs;
  std::size_t findings = 0;
  const double decide = microseconds_of(
      count, [&] { findings += loaded.engine->decide(event, inputs, event.ts).findings.size(); });

  const re2::RE2::Set set = pattern_set(default_policy);
  const std::vector<std::string> strings = command_strings();
  std::vector<int> matched;
  const double match = microseconds_of(count, [&] {
    for (const std::string& text : strings) findings += set.Match(text, &matched) ? 1U : 0U;
  });
  std::printf("{\"decide_us\": %.3f, \"set_us\": %.3f, \"findings\": %zu, \"strings\": %zu}\n",
              decide, match, findings, strings.size());
}

}  // namespace
}  // namespace replay::bench

/// How long one event takes to be decided by the default policy and a hundred more rules, and
/// RE2::Set alone to look through the same strings for the same patterns.
int main(int argc, char** argv) {
  return replay::bench::run_program("bench_policy", [&] {
    replay::bench::measure(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2'000);
    return 0;
  });
}
