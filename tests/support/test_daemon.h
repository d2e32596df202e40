#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/child_process.h"
#include "tests/support/http_client.h"
#include "tests/support/temp_dir.h"

namespace replay::testing {

struct DaemonOptions {
  std::filesystem::path registry;  ///< empty: a new one in the daemon's own directory
  std::string config;              ///< YAML; empty: no configuration file
  std::vector<std::string> flags;  ///< after those that TestDaemon gives itself
  std::string address = "127.0.0.1:0";
  std::vector<std::string> entrance = {};  ///< a command that runs the one after it, elsewhere
};

/// The built program, serving as a child process. Calls throw std::runtime_error, with the end of
/// its log where that helps. Not for concurrent use; other threads take an HttpClient of their own
/// to address().
class TestDaemon {
 public:
  /// Returns once the daemon says that it is ready, or serves without being so.
  explicit TestDaemon(DaemonOptions options = {});

  // Requests; `path` as sent.
  HttpResponse get(const std::string& path, const HttpClient::Headers& headers = {});
  HttpResponse head(const std::string& path, const HttpClient::Headers& headers = {});
  HttpResponse post(const std::string& path, const std::string& body,
                    const std::string& content_type = "application/json");
  HttpClient& client() { return *client_; }

  /// GET /api/governance + `path`, whatever the status.
  HttpResponse api(const std::string& path) { return get(kApi + path); }
  /// The same where 200 is the only right status.
  json::value ask(const std::string& path);

  /// POST /api/governance/events.
  HttpResponse send(const json::value& events, const std::string& query = {});
  /// The same with `?wait`; returns once all are decided.
  json::value decide(const json::value& events);

  /// Waits until nothing is left to decide and the summaries have seen every audit.
  void settle();

  // The process.
  void start();
  int stop();  ///< SIGTERM; the exit code
  void kill_hard();
  void reload();  ///< SIGHUP; returns once the log says what came of it
  void signal(int number) { process_->signal(number); }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] bool running() { return process_->running(); }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::filesystem::path& registry() const { return options_.registry; }
  [[nodiscard]] const std::filesystem::path& config_file() const { return config_file_; }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return directory_.file(name);
  }
  /// What it has said on standard error since the beginning, JSON lines.
  [[nodiscard]] std::string log() const { return file_text(log_file_); }
  /// The newest line with that message; nullptr value where there is none.
  [[nodiscard]] json::value log_line(const std::string& message) const;
  [[nodiscard]] std::size_t log_lines(const std::string& message) const;

  static constexpr const char* kApi = "/api/governance";

 private:
  void wait_until_serving(std::size_t lines_before);

  TempDir directory_;
  DaemonOptions options_;
  std::filesystem::path config_file_;
  std::filesystem::path log_file_;
  std::string address_;
  std::unique_ptr<ChildProcess> process_;
  std::unique_ptr<HttpClient> client_;
};

/// An event as a client sends it, its `ts` now.
json::object event(const std::string& id, const std::string& task, const std::string& type,
                   json::object payload = {});
inline json::object created(const std::string& id, const std::string& task,
                            json::object payload = {}) {
  return event(id, task, "TASK_CREATED", std::move(payload));
}

/// A payload that the shipped policy blocks.
json::object dangerous_payload();

}  // namespace replay::testing
