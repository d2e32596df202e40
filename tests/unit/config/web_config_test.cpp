#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "config/config.h"

namespace replay::config {
namespace {

class WebConfig : public testing::Test {
 protected:
  WebConfig()
      : file_(std::filesystem::temp_directory_path() /
              ("web-" + std::to_string(getpid()) + ".yml")) {}
  ~WebConfig() override { std::filesystem::remove(file_); }

  void write(const std::string& text) const { std::ofstream(file_) << text; }
  [[nodiscard]] std::string refusal() const {
    try {
      check_web_config(file_);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path file_;
};

TEST_F(WebConfig, AnEmptyFileIsAccepted) {
  write("");
  EXPECT_EQ(refusal(), "");
}

TEST_F(WebConfig, AFileOfCommentsIsAccepted) {
  write("# TLS comes later\n{}\n");
  EXPECT_EQ(refusal(), "");
}

TEST_F(WebConfig, AnyKeyIsRefusedByNameAndLine) {
  write("\ntls_server_config:\n  cert_file: server.crt\n");
  EXPECT_EQ(refusal(),
            file_.string() +
                ":2: tls_server_config: TLS and basic authentication are not in this version.");
}

TEST_F(WebConfig, AMissingFileIsUnavailable) {
  EXPECT_THROW(check_web_config("/nonexistent/web.yml"), Error);
}

}  // namespace
}  // namespace replay::config
