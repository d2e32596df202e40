#include "tests/support/test_daemon.h"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "base/clock.h"
#include "base/time.h"
#include "tests/support/json_access.h"
#include "tests/support/wait_until.h"

namespace replay::testing {
namespace {

std::string last_lines(const std::string& text) {
  constexpr std::size_t kShown = 3000;
  return text.size() <= kShown ? text : "…" + text.substr(text.size() - kShown);
}

std::vector<json::value> lines_saying(const std::string& log,
                                      const std::vector<std::string>& messages) {
  std::vector<json::value> found;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    std::optional<json::value> entry = parse_json(line);
    const auto message = entry ? string_member(*entry, "msg") : std::nullopt;
    if (message && std::find(messages.begin(), messages.end(), *message) != messages.end())
      found.push_back(std::move(*entry));
  }
  return found;
}

/// What it says when it serves: one of them at the start, the first also when it recovers.
const std::vector<std::string> kServing{"ready", "serving, but not ready"};

}  // namespace

TestDaemon::TestDaemon(DaemonOptions options)
    : options_(std::move(options)), log_file_(directory_.file("daemon.log")) {
  if (options_.registry.empty()) options_.registry = directory_.file("registry.sqlite");
  if (!options_.config.empty()) {
    config_file_ = directory_.file("config.yml");
    write_file(config_file_, options_.config);
  }
  start();
}

void TestDaemon::start() {
  std::vector<std::string> arguments = options_.entrance;
  arguments.insert(arguments.end(),
                   {REPLAY_PROGRAM, "serve", "--registry.path", options_.registry.string(),
                    "--web.listen-address", options_.address, "--log.format", "json"});
  if (!config_file_.empty()) {
    arguments.insert(arguments.end(), {"--config.file", config_file_.string()});
  }
  arguments.insert(arguments.end(), options_.flags.begin(), options_.flags.end());
  const std::size_t lines_before = lines_saying(log(), kServing).size();
  process_ = std::make_unique<ChildProcess>(arguments, log_file_, log_file_);
  wait_until_serving(lines_before);
  client_ = std::make_unique<HttpClient>(address_);
}

void TestDaemon::wait_until_serving(std::size_t lines_before) {
  try {
    wait_until("the daemon to be ready", [&] {
      if (!process_->running()) {
        throw std::runtime_error("the daemon ended with " + std::to_string(*process_->wait({})));
      }
      return lines_saying(log(), kServing).size() > lines_before;
    });
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string(error.what()) + "\n" + last_lines(log()));
  }
  const std::string addresses = text_at(lines_saying(log(), kServing).back(), "/addresses");
  address_ = addresses.substr(0, addresses.find(','));
}

HttpResponse TestDaemon::get(const std::string& path, const HttpClient::Headers& headers) {
  return client_->get(path, headers);
}

HttpResponse TestDaemon::head(const std::string& path, const HttpClient::Headers& headers) {
  return client_->request("HEAD", path, headers);
}

HttpResponse TestDaemon::post(const std::string& path, const std::string& body,
                              const std::string& content_type) {
  return client_->post(path, body, content_type);
}

json::value TestDaemon::ask(const std::string& path) {
  const HttpResponse response = api(path);
  if (response.status != 200) {
    throw std::runtime_error(path + " answered " + std::to_string(response.status) + ": " +
                             response.body + "\n" + last_lines(log()));
  }
  return response.to_json();
}

HttpResponse TestDaemon::send(const json::value& events, const std::string& query) {
  return post(std::string(kApi) + "/events" + query, json::serialize(events));
}

json::value TestDaemon::decide(const json::value& events) {
  const HttpResponse response = send(events, "?wait=30s");
  if (response.status != 200 || !response.to_json().as_object().contains("decisions") ||
      response.to_json().as_object().contains("undecided")) {
    throw std::runtime_error("not decided: " + std::to_string(response.status) + " " +
                             response.body + "\n" + last_lines(log()));
  }
  return response.to_json();
}

void TestDaemon::settle() {
  wait_until("the inbox to be empty and the summaries to be complete", [this] {
    const json::value inbox = ask("/inbox");
    return int_at(inbox, "/pending") == 0 && int_at(inbox, "/processing") == 0 &&
           int_at(ask("/integrity"), "/summary/rows_behind") == 0;
  });
}

int TestDaemon::stop() {
  process_->signal(SIGTERM);
  const std::optional<int> code = process_->wait(kPatience);
  if (!code) throw std::runtime_error("the daemon does not stop\n" + last_lines(log()));
  return *code;
}

void TestDaemon::kill_hard() {
  process_->signal(SIGKILL);
  process_->wait(kPatience);
}

void TestDaemon::reload() {
  const auto outcomes = [this] {
    return log_lines("reloaded") + log_lines("reload refused; what was in force stays");
  };
  const std::size_t before = outcomes();
  process_->signal(SIGHUP);
  wait_until("the reload to be reported", [&] { return outcomes() > before; });
}

json::value TestDaemon::log_line(const std::string& message) const {
  std::vector<json::value> lines = lines_saying(log(), {message});
  return lines.empty() ? json::value{} : std::move(lines.back());
}

std::size_t TestDaemon::log_lines(const std::string& message) const {
  return lines_saying(log(), {message}).size();
}

json::object event(const std::string& id, const std::string& task, const std::string& type,
                   json::object payload) {
  return {{"event_id", id},
          {"task_id", task},
          {"event_type", type},
          {"ts", format_instant(SystemClock().now())},
          {"payload", std::move(payload)}};
}

json::object dangerous_payload() { return {{"command_spec", {{"command", "rm -rf /"}}}}; }

}  // namespace replay::testing
