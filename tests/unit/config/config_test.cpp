#include "config/config.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace replay::config {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Config parsed(std::string_view yaml) { return parse(yaml, "/etc/replay/replay.yml"); }

/// What the user is told; "" where the text is accepted.
std::string refusal(std::string_view yaml) {
  try {
    (void)parse(yaml, "replay.yml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    return error.what();
  }
  return "";
}

void expect_same(const Config& a, const Config& b) {
  EXPECT_EQ(a.registry.path, b.registry.path);
  EXPECT_EQ(a.registry.manage_indexes, b.registry.manage_indexes);
  EXPECT_EQ(a.supervisor.statuses.allowed_created, b.supervisor.statuses.allowed_created);
  EXPECT_EQ(a.supervisor.statuses.paused, b.supervisor.statuses.paused);
  EXPECT_EQ(a.supervisor.statuses.blocked, b.supervisor.statuses.blocked);
  EXPECT_EQ(a.supervisor_enabled, b.supervisor_enabled);
  EXPECT_EQ(a.supervisor.workers, b.supervisor.workers);
  EXPECT_EQ(a.max_backlog, b.max_backlog);
  EXPECT_EQ(a.supervisor.max_attempts, b.supervisor.max_attempts);
  EXPECT_EQ(a.supervisor.first_backoff, b.supervisor.first_backoff);
  EXPECT_EQ(a.supervisor.longest_backoff, b.supervisor.longest_backoff);
  EXPECT_EQ(a.supervisor.stuck_after, b.supervisor.stuck_after);
  EXPECT_EQ(a.supervisor.inbox_retention, b.supervisor.inbox_retention);
  EXPECT_EQ(a.supervisor.followed_types, b.supervisor.followed_types);
  EXPECT_EQ(a.policy_files, b.policy_files);
  EXPECT_EQ(a.rate_limit_per_minute, b.rate_limit_per_minute);
  EXPECT_EQ(a.cache_max_age, b.cache_max_age);
  ASSERT_EQ(a.web.addresses.size(), b.web.addresses.size());
  for (std::size_t i = 0; i < a.web.addresses.size(); ++i) {
    EXPECT_EQ(a.web.addresses[i].text, b.web.addresses[i].text);
  }
  EXPECT_EQ(a.telemetry_path, b.telemetry_path);
  EXPECT_EQ(a.web_config_file, b.web_config_file);
  EXPECT_EQ(a.log_level, b.log_level);
  EXPECT_EQ(a.log_format, b.log_format);
}

const std::string kExample = REPLAY_SOURCE_DIR "/decision-replay.example.yml";

TEST(Config, TheExampleIsTheDefaults) { expect_same(load(kExample), Config{}); }

TEST(Config, TheExampleExplainsEveryKey) {
  const std::string example = read_file(kExample);
  for (const std::string& key : keys()) {
    const std::string name = key.substr(key.rfind('.') + 1) + ":";
    EXPECT_NE(example.find(" " + name), std::string::npos) << key;
  }
}

TEST(Config, SaysWhereAFileEndsBeforeItsEnd) {
  EXPECT_EQ(refusal("log: {level: info}\n---\nlog: {level: debug}\n"),
            "replay.yml:2: the document ends before this; a file holds one.");
  EXPECT_NE(refusal("log: {level: info}}\n"), "");
}

TEST(Config, AnEmptyFileIsTheDefaults) { expect_same(parsed(""), Config{}); }

TEST(Config, AnEmptySectionIsTheDefaults) { expect_same(parsed("registry:\nlog: {}\n"), Config{}); }

TEST(Config, ReadsTheRegistry) {
  const Config config = parsed("registry: {path: /var/lib/r.sqlite, manage_indexes: false}");
  EXPECT_EQ(config.registry.path, "/var/lib/r.sqlite");
  EXPECT_FALSE(config.registry.manage_indexes);
}

TEST(Config, TheRegistryIsRelativeToTheWorkingDirectory) {
  EXPECT_EQ(parsed("registry: {path: store/r.sqlite}").registry.path, "store/r.sqlite");
}

TEST(Config, PolicyFilesAreRelativeToTheConfigurationFile) {
  const Config config = parsed("policy: {files: [site.yml, ../p/b.yml, /abs/c.yml]}");
  const std::vector<std::filesystem::path> expected{"/etc/replay/site.yml", "/etc/p/b.yml",
                                                    "/abs/c.yml"};
  EXPECT_EQ(config.policy_files, expected);
}

TEST(Config, NullLeavesTheTaskStatusAlone) {
  EXPECT_EQ(parsed("registry: {task_status: {paused: null}}").supervisor.statuses.paused,
            std::nullopt);
}

TEST(Config, TaskStatusesAreKeptInUpperCase) {
  EXPECT_EQ(parsed("registry: {task_status: {blocked: held}}").supervisor.statuses.blocked, "HELD");
}

TEST(Config, ReadsTheSupervisor) {
  const Config config = parsed(
      "supervisor: {enabled: false, workers: 8, max_backlog: 5, max_attempts: 1, first_backoff: "
      "250ms,\n"
      "  longest_backoff: 10s, stuck_after: 90s, inbox_retention: 30d, follow_types: [A, B]}");
  EXPECT_FALSE(config.supervisor_enabled);
  EXPECT_EQ(config.supervisor.workers, 8U);
  EXPECT_EQ(config.max_backlog, 5U);
  EXPECT_EQ(config.supervisor.max_attempts, 1U);
  EXPECT_EQ(config.supervisor.first_backoff, milliseconds{250});
  EXPECT_EQ(config.supervisor.longest_backoff, seconds{10});
  EXPECT_EQ(config.supervisor.stuck_after, seconds{90});
  EXPECT_EQ(config.supervisor.inbox_retention, days{30});
  EXPECT_EQ(config.supervisor.followed_types, (std::vector<std::string>{"A", "B"}));
}

TEST(Config, ReadsTheApi) {
  const Config config = parsed("api: {rate_limit: {requests_per_minute: 0}, cache_max_age: 2m}");
  EXPECT_EQ(config.rate_limit_per_minute, 0U);
  EXPECT_EQ(config.cache_max_age, minutes{2});
}

TEST(Config, ListenAddressesReplaceTheDefault) {
  const Config config = parsed("web: {listen_addresses: ['127.0.0.1:9', 'unix:/run/r.sock']}");
  ASSERT_EQ(config.web.addresses.size(), 2U);
  EXPECT_EQ(config.web.addresses[0].port, 9);
  EXPECT_TRUE(config.web.addresses[1].is_unix);
}

TEST(Config, ReadsTheLog) {
  const Config config = parsed("log: {level: debug, format: json}");
  EXPECT_EQ(config.log_level, LogLevel::debug);
  EXPECT_EQ(config.log_format, LogFormat::json);
}

TEST(Config, AnUnknownKeyIsNamedWithItsLineAndTheNearest) {
  EXPECT_EQ(refusal("supervisor:\n  enabled: true\n  worker: 2\n"),
            "replay.yml:3: supervisor.worker is not a setting (did you mean supervisor.workers?).");
}

TEST(Config, AnUnknownSectionIsNamedWithTheNearest) {
  EXPECT_EQ(refusal("registy: {path: x}"),
            "replay.yml:1: registy is not a setting (did you mean registry?).");
}

TEST(Config, ALaterFeatureIsRefusedNotIgnored) {
  EXPECT_EQ(refusal("log: {}\nbackup: {destination: /b}"),
            "replay.yml:2: backup is not in this version yet.");
}

TEST(Config, AKeyGivenTwiceIsRefused) {
  EXPECT_EQ(refusal("log:\n  level: info\n  level: debug\n"),
            "replay.yml:3: log.level is given twice.");
}

TEST(Config, BrokenYamlIsNamedWithItsLine) {
  EXPECT_EQ(refusal("log:\n  level: [info\n").substr(0, 23), "replay.yml:3: not YAML:");
}

TEST(Config, ANumberOutOfRangeIsRefusedWithBothBounds) {
  EXPECT_EQ(refusal("supervisor: {workers: 0}"),
            "replay.yml:1: supervisor.workers must be a whole number from 1 to 256.");
}

TEST(Config, ANegativeNumberIsRefused) { EXPECT_NE(refusal("supervisor: {max_backlog: -1}"), ""); }

TEST(Config, ADurationWithoutUnitIsRefusedWithExamples) {
  EXPECT_EQ(refusal("api: {cache_max_age: 60}"),
            "replay.yml:1: api.cache_max_age must be a duration from 0s to 1d, as in 30s, 5m, 7d.");
}

TEST(Config, ATextForAListIsRefused) {
  EXPECT_EQ(refusal("policy: {files: a.yml}"),
            "replay.yml:1: policy.files must be a list, as in [one, two].");
}

TEST(Config, AWordForABooleanIsRefused) {
  EXPECT_EQ(refusal("supervisor: {enabled: maybe}"),
            "replay.yml:1: supervisor.enabled must be true or false.");
}

TEST(Config, AValueForASectionIsRefused) {
  EXPECT_EQ(refusal("registry: store.sqlite"),
            "replay.yml:1: registry must hold settings, as in `name: value`.");
}

TEST(Config, AListForTheFileIsRefused) {
  EXPECT_EQ(refusal("- a"), "replay.yml:1: The file must hold settings, as in `name: value`.");
}

TEST(Config, AWrongAddressIsRefusedWithTheReason) {
  EXPECT_EQ(refusal("web: {listen_addresses: [nonsense]}").substr(0, 45),
            "replay.yml:1: web.listen_addresses is wrong: ");
}

TEST(Config, AnUnknownLogLevelIsRefusedWithTheChoices) {
  EXPECT_EQ(refusal("log: {level: loud}"),
            "replay.yml:1: log.level must be one of debug, info, warn, error.");
}

TEST(Config, AMissingFileIsUnavailable) {
  try {
    (void)load("/nonexistent/replay.yml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  }
}

}  // namespace
}  // namespace replay::config
