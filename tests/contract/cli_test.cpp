#include <gtest/gtest.h>

#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/registry_builder.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

class CommandLine : public ::testing::Test {
 protected:
  std::string config(const std::string& text) {
    write_file(directory_.file("config.yml"), text);
    return directory_.file("config.yml").string();
  }
  CommandResult check(const std::string& text) {
    return run_program({"check-config", config(text)});
  }
  /// serve with these flags, which must make it refuse.
  CommandResult serve(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"serve", "--registry.path", directory_.file("r.sqlite").string()});
    return run_program(std::move(flags));
  }

  TempDir directory_;
};

TEST_F(CommandLine, HelpIsEverywhere) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"serve"},
                                             {"check-config"},
                                             {"doctor"},
                                             {"unblock"},
                                             {"policy"},
                                             {"policy", "check"},
                                             {"policy", "test"},
                                             {"policy", "explain"},
                                             {"summary"},
                                             {"summary", "verify"},
                                             {"summary", "rebuild"},
                                             {"artifacts"},
                                             {"artifacts", "list"},
                                             {"artifacts", "export"},
                                             {"artifacts", "verify"},
                                             {"version"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const CommandResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << ::testing::PrintToString(command);
    EXPECT_NE(result.out.find("Usage"), std::string::npos) << result.out;
    EXPECT_TRUE(result.err.empty()) << result.err;
  }
}

TEST_F(CommandLine, WrongUsageExitsWithTwo) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"unknown"},
                                             {"serve", "--unknown"},
                                             {"check-config"},
                                             {"serve", "--log.level", "loud"},
                                             {"unblock", "task-1"},
                                             {"summary"},
                                             {"summary", "unknown"},
                                             {"version", "extra"}}) {
    const CommandResult result = run_program(command);
    EXPECT_EQ(result.exit_code, 2) << ::testing::PrintToString(command);
    EXPECT_FALSE(result.err.empty()) << ::testing::PrintToString(command);
    EXPECT_TRUE(result.out.empty()) << result.out;
  }
}

TEST_F(CommandLine, VersionIsPrinted) {
  const CommandResult result = run_program({"version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.out.starts_with("decision-replay 0.")) << result.out;
}

TEST_F(CommandLine, AnUnknownKeyIsNamedWithItsLine) {
  const CommandResult checked = check("supervisor:\n  workers: 3\n  wrokers: 4\n");
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_NE(checked.err.find("wrokers"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find('3'), std::string::npos) << checked.err;
  const CommandResult served = serve({"--config.file", directory_.file("config.yml").string(),
                                      "--web.listen-address", "127.0.0.1:0"});
  EXPECT_NE(served.exit_code, 0);
  EXPECT_NE(served.err.find("wrokers"), std::string::npos) << served.err;
}

TEST_F(CommandLine, BadValuesAreNamed) {
  for (const std::string text :
       {"supervisor:\n  workers: many\n", "supervisor:\n  workers: 0\n",
        "supervisor:\n  enabled: 7\n", "supervisor:\n  inbox_retention: soon\n",
        "web:\n  listen_addresses: 8080\n", "policy:\n  files: [missing.yml]\n", "registry: [\n"}) {
    const CommandResult checked = check(text);
    EXPECT_EQ(checked.exit_code, 1) << text;
    EXPECT_FALSE(checked.err.empty()) << text;
  }
}

TEST_F(CommandLine, TheKeysThatScriptsRelyOnAreKnown) {
  const CommandResult checked = check(
      "registry:\n  path: r.sqlite\n  manage_indexes: false\n  task_status: {paused: null}\n"
      "supervisor:\n  enabled: true\n  workers: 3\n  max_backlog: 10\n  max_attempts: 2\n"
      "  inbox_retention: 1d\n  stuck_after: 1m\npolicy:\n  files: []\n"
      "api:\n  rate_limit: {requests_per_minute: 0}\n  cache_max_age: 5s\n"
      "web:\n  listen_addresses: [\"127.0.0.1:0\"]\n  config_file: \"\"\n");
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
}

TEST_F(CommandLine, TheExampleIsValid) {
  const CommandResult checked =
      run_program({"check-config", REPLAY_SOURCE_DIR "/decision-replay.example.yml"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
}

TEST_F(CommandLine, AMissingConfigurationIsSaid) {
  const CommandResult checked = run_program({"check-config", "/nowhere/config.yml"});
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_NE(checked.err.find("/nowhere/config.yml"), std::string::npos) << checked.err;
}

TEST_F(CommandLine, AnAddressBeyondLoopbackIsRefused) {
  for (const std::string address : {"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:8080"}) {
    const CommandResult result = serve({"--web.listen-address", address});
    EXPECT_NE(result.exit_code, 0) << address;
    EXPECT_NE(result.err.find(address), std::string::npos) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
  EXPECT_FALSE(std::filesystem::exists(directory_.file("r.sqlite")));
}

TEST_F(CommandLine, ServeRefusesAFileThatIsNoRegistry) {
  write_file(directory_.file("r.sqlite"),
             "this is a text, and quite long enough to be no database");
  const CommandResult result = serve({"--web.listen-address", "127.0.0.1:0"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("r.sqlite"), std::string::npos) << result.err;
  EXPECT_TRUE(file_text(directory_.file("r.sqlite")).starts_with("this is a text"));
}

TEST_F(CommandLine, ServeRefusesADatabaseOfSomebodyElse) {
  CommandResult made =
      run_command({"sqlite3", directory_.file("r.sqlite").string(), "CREATE TABLE songs (title)"});
  ASSERT_EQ(made.exit_code, 0);
  EXPECT_EQ(serve({"--web.listen-address", "127.0.0.1:0"}).exit_code, 1);
  made = run_command(
      {"sqlite3", directory_.file("r.sqlite").string(), "SELECT count(*) FROM sqlite_master"});
  EXPECT_EQ(made.out, "1\n");
}

TEST_F(CommandLine, ServeTakesSeveralAddressesAndAnotherMetricsPath) {
  const std::string socket = "unix:" + directory_.file("replay.sock").string();
  TestDaemon daemon({.registry = {},
                     .config = {},
                     .flags = {"--web.listen-address", socket, "--web.telemetry-path", "/scrape"}});
  EXPECT_EQ(daemon.get("/scrape").status, 200);
  EXPECT_EQ(daemon.get("/metrics").status, 404);
  HttpClient local(socket);
  EXPECT_EQ(local.get("/-/ready").status, 200);
}

TEST_F(CommandLine, DoctorListsWhatIsWrongAndFixesIndexes) {
  const auto path = directory_.file("registry.sqlite");
  create_agentos_tables(path, {.upstream_indexes = false});
  ForeignWriter agentos(path);
  agentos.task("task-1");
  agentos.script(
      "CREATE INDEX idx_audits_recent ON task_audits(created_at) WHERE created_at >= "
      "datetime('now', "
      "'-7 days')");
  EXPECT_THROW(agentos.audit("task-1", "note", "{}", "2026-01-28 10:30:00"), std::exception);
  const std::vector<std::string> doctor{"doctor", "--registry.path", path.string()};
  const CommandResult sick = run_program(doctor);
  EXPECT_EQ(sick.exit_code, 1);
  EXPECT_NE(sick.out.find("idx_audits_recent"), std::string::npos) << sick.out;
  EXPECT_NE(sick.out.find("idx_task_audits_task_id"), std::string::npos) << sick.out;

  const CommandResult fixed = run_program({"doctor", "--registry.path", path.string(), "--fix"});
  EXPECT_EQ(fixed.exit_code, 0) << fixed.out << fixed.err;
  EXPECT_EQ(run_program(doctor).exit_code, 0);
  agentos.audit("task-1", "note", "{}", "2026-01-28 10:30:00");
}

TEST_F(CommandLine, DoctorListsUnreadableRows) {
  const auto path = directory_.file("registry.sqlite");
  build_registry(path, {.audits = 200, .orphans = 3, .bad_json = 4, .bad_timestamps = 5});
  const CommandResult result = run_program({"doctor", "--registry.path", path.string()});
  EXPECT_EQ(result.exit_code, 1);
  for (const std::string finding : {"3 audits name", "4 rows have", "5 rows have"}) {
    EXPECT_NE(result.out.find(finding), std::string::npos) << finding << "\n" << result.out;
  }
}

TEST_F(CommandLine, UnblockWorksBesideTheDaemonAndWithout) {
  TestDaemon daemon;
  daemon.decide(json::array{created("evt-1", "task-1", dangerous_payload()),
                            created("evt-2", "task-2", dangerous_payload())});
  const auto unblock = [&](const std::string& task) {
    return run_program({"unblock", task, "--actor", "ada", "--reason", "false positive",
                        "--registry.path", daemon.registry().string()});
  };
  EXPECT_EQ(unblock("task-1").exit_code, 0);
  EXPECT_EQ(text_at(daemon.ask("/tasks/task-1/summary"), "/status"), "RUNNING");
  EXPECT_EQ(unblock("task-1").exit_code, 1) << "it is not blocked any more";
  EXPECT_EQ(unblock("task-9").exit_code, 1);
  daemon.stop();
  EXPECT_EQ(unblock("task-2").exit_code, 0);
  ForeignWriter registry(daemon.registry());
  EXPECT_EQ(registry.number("SELECT count(*) FROM task_audits WHERE event_type = 'MANUAL_UNBLOCK'"),
            2);
}

TEST_F(CommandLine, DoctorNamesTheSlowestRulesWhichIsNoFinding) {
  TestDaemon daemon;
  daemon.decide(created("evt-1", "task-1", dangerous_payload()));
  const std::string registry = daemon.registry().string();
  const CommandResult text = run_program({"doctor", "--registry.path", registry});
  EXPECT_EQ(text.exit_code, 0) << text.out << text.err;
  EXPECT_NE(text.out.find("slowest rules"), std::string::npos) << text.out;
  const CommandResult report = run_program({"doctor", "--registry.path", registry, "--json"});
  const json::value rules = json::parse(report.out).at("slowest_rules");
  ASSERT_EQ(rules.as_array().size(), 3U) << report.out;
  EXPECT_EQ(int_at(rules, "/0/evaluations"), 1);
  EXPECT_GE(real_at(rules, "/0/mean_us"), real_at(rules, "/2/mean_us"));
}

TEST_F(CommandLine, PolicyExplainSaysWhichRuleMatchedWhereAndWhatDecided) {
  const auto event = directory_.file("event.json");
  write_file(event, json::serialize(created("evt-1", "task-1", {{"command", "rm -rf /etc"}})));
  const CommandResult result = run_program({"policy", "explain", event.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const std::string line :
       {"REDLINE_001 matches: HIGH REDLINE", "at /command: \"rm -rf /etc\"",
        "REDLINE_002 does not match", "decide, row TASK_CREATED, HIGH: BLOCK",
        "BLOCK. Blocked by REDLINE_001"}) {
    EXPECT_NE(result.out.find(line), std::string::npos) << line << "\n" << result.out;
  }
  const CommandResult piped =
      run_bash(program_path() + " policy explain - < event.json", directory_.path());
  EXPECT_EQ(piped.out, result.out) << piped.err;
}

TEST_F(CommandLine, PolicyExplainRefusesWhatIsNoEvent) {
  const auto event = directory_.file("event.json");
  write_file(event, R"({"event_id":"e","event_type":"TASK_CREATED"})");
  const CommandResult result = run_program({"policy", "explain", event.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("task_id is missing"), std::string::npos) << result.err;
}

TEST_F(CommandLine, PolicyCheckNamesFileLineAndReason) {
  const auto path = directory_.file("policy.yml");
  write_file(path,
             "policy: house\nversion: 1\nrules:\n  - id: X\n    on: [TASK_CREATED]\n"
             "    when: {pointer: /a, wrong: 1}\n"
             "    finding: {kind: RISK, severity: LOW, message: m}\n");
  const CommandResult bad = run_program({"policy", "check", path.string()});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_NE(bad.err.find("policy.yml:6"), std::string::npos) << bad.err;
  EXPECT_NE(bad.err.find("wrong"), std::string::npos) << bad.err;
  EXPECT_EQ(run_program({"policy", "check", REPLAY_SOURCE_DIR "/policies/default.yml"}).exit_code,
            0);
}

}  // namespace
}  // namespace replay::testing
