#include "base/file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"

namespace replay {
namespace {

class ReadFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "replay-file-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] static ErrorKind failure_of(const std::filesystem::path& path,
                                            std::size_t limit_bytes = 1'000) {
    try {
      (void)read_file(path, limit_bytes);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos) << error.what();
      return error.kind();
    }
    ADD_FAILURE() << path << " could be read";
    return ErrorKind::internal;
  }

  std::filesystem::path directory_;
};

TEST_F(ReadFile, GivesTheBytesAsTheyAre) {
  const std::string content("a\0b\r\n", 5);
  std::ofstream(directory_ / "f", std::ios::binary) << content;
  EXPECT_EQ(read_file(directory_ / "f"), content);
}

TEST_F(ReadFile, AnEmptyFileIsEmpty) {
  std::ofstream(directory_ / "f").close();
  EXPECT_EQ(read_file(directory_ / "f"), "");
}

TEST_F(ReadFile, AMissingFileIsNamed) {
  EXPECT_EQ(failure_of(directory_ / "none"), ErrorKind::unavailable);
}

TEST_F(ReadFile, ADirectoryIsNoFile) { EXPECT_EQ(failure_of(directory_), ErrorKind::unavailable); }

TEST_F(ReadFile, AFilePastTheLimitIsRefused) {
  std::ofstream(directory_ / "f") << std::string(11, 'x');
  EXPECT_EQ(failure_of(directory_ / "f", 10), ErrorKind::too_large);
}

}  // namespace
}  // namespace replay
