#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/foreign_writer.h"
#include "tests/support/json_access.h"
#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

/// The code blocks of one language in the source runbook.
std::vector<std::string> blocks(const std::string& language) {
  std::vector<std::string> found;
  std::istringstream lines(file_text(REPLAY_SOURCE_DIR "/tests/e2e/runbook_source.md"));
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t text = std::min(line.find_first_not_of(' '), line.size());
    if (line.compare(text, 3, "```") == 0) {
      inside = !inside && line.substr(text + 3) == language;
      if (inside) found.emplace_back();
    } else if (inside) {
      found.back() += line + "\n";
    }
  }
  return found;
}

std::vector<std::string> shell_lines(const std::string& starting_with) {
  std::vector<std::string> found;
  for (const std::string& block : blocks("bash")) {
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
      line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
      if (line.starts_with(starting_with)) found.push_back(line);
    }
  }
  return found;
}

/// Single statements, without comments.
std::vector<std::string> sql_statements() {
  std::vector<std::string> found;
  for (const std::string& block : blocks("sql")) {
    std::istringstream statements(std::regex_replace(block, std::regex("--[^\n]*"), ""));
    for (std::string statement; std::getline(statements, statement, ';');) {
      if (statement.find_first_not_of(" \n") != std::string::npos) found.push_back(statement + ";");
    }
  }
  return found;
}

std::string filled(std::string text, const std::string& placeholder, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;
       at += value.size()) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
}

/// The statement with its question marks filled in, in order.
std::string with_parameters(std::string statement) {
  const bool inserts = statement.find("INSERT") != std::string::npos;
  const std::vector<std::string> values =
      inserts ? std::vector<std::string>{"NULL", "'task-2'", "'{}'"}
              : std::vector<std::string>{"'task-2'", "'2026-01-28'", "'2026-01-29'"};
  for (const std::string& value : values) {
    const std::size_t mark = statement.find('?');
    if (mark == std::string::npos) break;
    statement.replace(mark, 1, value);
  }
  return statement;
}

/// A daemon on port 8080, as the runbook's commands expect it, in a directory where the registry is
/// store/registry.sqlite. task-2 is blocked.
class Runbook : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_bash("exec 3<>/dev/tcp/127.0.0.1/8080", directory_.path()).exit_code == 0) {
      GTEST_SKIP() << "port 8080 is taken by another program";
    }
    std::filesystem::create_directories(directory_.file("store/backups"));
    daemon_ = std::make_unique<TestDaemon>(
        DaemonOptions{.registry = directory_.file("store/registry.sqlite"),
                      .config = {},
                      .flags = {},
                      .address = "127.0.0.1:8080"});
    const json::value answer = daemon_->decide(
        json::array{created("evt-1", "task-1"), created("evt-2", "task-2", dangerous_payload())});
    decision_ = text_at(answer, "/decisions/0/decision_id");
  }

  void expect_everything_works(const std::string& after) {
    const std::string id = std::to_string(++checks_);
    EXPECT_NO_THROW(daemon_->decide(created("evt-check-" + id, "task-check-" + id))) << after;
    EXPECT_EQ(daemon_->api("/tasks/task-2/decision-trace").status, 200) << after;
    EXPECT_EQ(daemon_->api("/tasks/task-2/summary").status, 200) << after;
    EXPECT_EQ(daemon_->api("/stats/decision-types?window=1h").status, 200) << after;
    EXPECT_NO_THROW(
        ForeignWriter(daemon_->registry()).audit("task-2", "note", "{}", "2026-01-28 10:30:00"))
        << after;
  }

  TempDir directory_;
  std::unique_ptr<TestDaemon> daemon_;
  std::string decision_;
  int checks_ = 0;
};

TEST_F(Runbook, EveryCurlCommandWorksAsItIsWritten) {
  const std::vector<std::string> commands = shell_lines("curl");
  EXPECT_EQ(commands.size(), 7U);
  for (const std::string& command : commands) {
    // An unquoted '&' sends curl to the background: wait for it.
    const std::string script =
        filled(filled(command, "{task_id}", "task-2"), "{decision_id}", decision_) + "\nwait";
    const CommandResult result = run_bash(script, directory_.path());
    EXPECT_EQ(result.exit_code, 0) << command << "\n" << result.err;
    const auto answer = parse_json(result.out);
    ASSERT_TRUE(answer && answer->is_object()) << command << "\n" << result.out;
    EXPECT_FALSE(answer->as_object().contains("detail")) << command << "\n" << result.out;
  }
}

TEST_F(Runbook, TheQuotedFormWithTopNWorksToo) {
  const CommandResult result = run_bash(
      "curl -sS 'http://localhost:8080/api/governance/stats/blocked-reasons?window=7d&top_n=20'",
      directory_.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(int_at(*parse_json(result.out), "/top_n"), 20);
  EXPECT_EQ(text_at(*parse_json(result.out), "/blocked_tasks/0/task_id"), "task-2");
}

TEST_F(Runbook, ItsSqlBreaksNothing) {
  const std::vector<std::string> statements = sql_statements();
  EXPECT_GT(statements.size(), 20U);
  for (const std::string& statement : statements) {
    const CommandResult result =
        run_command({"sqlite3", daemon_->registry().string(), "PRAGMA busy_timeout=5000;",
                     with_parameters(statement)});
    // What it wants to create is there already, or cannot exist; everything else must work.
    if (statement.find("CREATE") == std::string::npos ||
        statement.find("IF NOT EXISTS") != std::string::npos) {
      EXPECT_EQ(result.exit_code, 0) << statement << "\n" << result.err;
    }
    expect_everything_works(statement);
  }
}

TEST_F(Runbook, ItsManualUnblockIsSeen) {
  for (const std::string& statement : sql_statements()) {
    if (statement.find("UPDATE tasks") == std::string::npos) continue;
    run_command({"sqlite3", daemon_->registry().string(), with_parameters(statement)});
    EXPECT_EQ(text_at(daemon_->ask("/tasks/task-2/summary"), "/status"), "RUNNING");
    return;
  }
  FAIL() << "the runbook has no UPDATE of tasks";
}

TEST_F(Runbook, ItsBackupCommandsRunBesideTheDaemon) {
  for (const std::string& command : shell_lines("sqlite3 store/registry.sqlite")) {
    const CommandResult result = run_bash(command, directory_.path());
    EXPECT_EQ(result.exit_code, 0) << command << "\n" << result.err;
    expect_everything_works(command);
  }
  EXPECT_EQ(run_bash(shell_lines("gzip").at(0), directory_.path()).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(directory_.file("store/registry.backup.sqlite.gz")));
  EXPECT_EQ(
      run_bash(shell_lines("cp store/registry.sqlite-wal").at(0), directory_.path()).exit_code, 0);
}

}  // namespace
}  // namespace replay::testing
