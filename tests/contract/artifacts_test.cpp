#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/test_daemon.h"

namespace replay::testing {
namespace {

namespace fs = std::filesystem;

class Artifacts : public ::testing::Test {
 protected:
  CommandResult artifacts(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "artifacts");
    return run_program(std::move(arguments));
  }
  std::string exported() const { return directory_.file("out").string(); }

  TempDir directory_;
};

TEST_F(Artifacts, AreListedAsTheManifestsHaveThem) {
  const CommandResult result = artifacts({"list"});
  EXPECT_EQ(result.exit_code, 0);
  std::istringstream lines(result.out);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const std::string path = line.substr(line.rfind(' ') + 1);
    const std::string folder = path.substr(0, path.find('/'));
    const std::string manifest = file_text(REPLAY_SOURCE_DIR "/" + folder + "/MANIFEST");
    const std::string in_manifest =
        line.substr(0, line.rfind(' ') + 1) + path.substr(folder.size() + 1);
    EXPECT_NE(manifest.find(in_manifest), std::string::npos) << line;
  }
  EXPECT_GE(count, 7U);
}

TEST_F(Artifacts, AreExportedByteForByte) {
  ASSERT_EQ(artifacts({"export", exported()}).exit_code, 0);
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(exported())) {
    if (!entry.is_regular_file()) continue;
    ++count;
    const fs::path source = REPLAY_SOURCE_DIR / fs::relative(entry.path(), exported());
    EXPECT_EQ(file_text(entry.path()), file_text(source)) << source;
  }
  EXPECT_GE(count, 9U);
  EXPECT_EQ(artifacts({"verify", exported()}).exit_code, 0);
}

TEST_F(Artifacts, ThatDifferAreKeptWithoutForce) {
  const fs::path changed = fs::path(exported()) / "rules/alertmanager.yml";
  fs::create_directories(changed.parent_path());
  write_file(changed, "mine");
  const CommandResult refused = artifacts({"export", exported()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("alertmanager.yml is another version"), std::string::npos);
  EXPECT_EQ(file_text(changed), "mine");
  EXPECT_FALSE(fs::exists(fs::path(exported()) / "rules/MANIFEST")) << "nothing was written";
  EXPECT_EQ(artifacts({"export", exported(), "--force"}).exit_code, 0);
  EXPECT_EQ(artifacts({"export", exported()}).exit_code, 0) << "what is equal is no obstacle";
}

TEST_F(Artifacts, VerifyNamesEveryDifference) {
  ASSERT_EQ(artifacts({"export", exported()}).exit_code, 0);
  write_file(fs::path(exported()) / "rules/alertmanager.yml", "mine");
  fs::remove(fs::path(exported()) / "grafana/MANIFEST");
  const CommandResult result = artifacts({"verify", exported()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "rules/alertmanager.yml: differs\ngrafana/MANIFEST: missing\n");
}

TEST_F(Artifacts, AreNamedInMetrics) {
  TestDaemon daemon;
  const std::string metrics = daemon.get("/metrics").body;
  std::istringstream lines(artifacts({"list"}).out);
  std::string sha256;
  std::string version;
  for (std::string path; lines >> sha256 >> version >> path;) {
    const std::string series = "decision_replay_artifact_info{artifact=\"" + path + "\",sha256=\"" +
                               sha256 + "\",version=\"" + version + "\"} 1";
    EXPECT_NE(metrics.find(series), std::string::npos) << series;
  }
}

}  // namespace
}  // namespace replay::testing
