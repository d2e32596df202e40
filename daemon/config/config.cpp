#include "config/config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <yaml-cpp/yaml.h>

#include "base/error.h"
#include "base/file.h"
#include "base/yaml_document.h"
#include "config/nearest.h"
#include "config/setting.h"

namespace replay::config {
namespace {

using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A status to write, or null; kept in upper case, written in the case of the one it replaces.
std::optional<std::string> status(const Setting& from) {
  auto text = from.text_or_null();
  if (text) {
    std::transform(text->begin(), text->end(), text->begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  }
  return text;
}

std::vector<std::filesystem::path> files(const Setting& from) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : from.texts()) paths.push_back(from.beside(name));
  return paths;
}

std::vector<http::ListenAddress> addresses(const Setting& from) {
  std::vector<http::ListenAddress> list;
  for (const std::string& text : from.texts()) {
    try {
      list.push_back(listen_address(text));
    } catch (const Error& error) {
      from.refuse(std::string("is wrong: ") + error.what());
    }
  }
  if (list.empty()) from.refuse("must name at least one address");
  return list;
}

/// Base URLs of Alertmanagers. They are shown in metrics and logs, so they hold no password.
std::vector<std::string> alertmanagers(const Setting& from) {
  std::vector<std::string> urls = from.texts();
  for (std::string& url : urls) {
    while (url.ends_with('/')) url.pop_back();
    const bool http = url.starts_with("http://") || url.starts_with("https://");
    if (!http || url.find_first_of("@?# ") != std::string::npos) {
      from.refuse("must be base URLs without a user, as in http://127.0.0.1:9093");
    }
  }
  return urls;
}

std::string url_path(const Setting& from) {
  std::string path = from.text();
  if (path.size() < 2 || path.front() != '/') from.refuse("must be a path, as in /metrics");
  return path;
}

template <class Value>
Value one_of(const Setting& from, std::optional<Value> (*parse_name)(std::string_view),
             const char* names) {
  const auto value = parse_name(from.text());
  if (!value) from.refuse(std::string("must be one of ") + names);
  return *value;
}

struct Key {
  const char* name;
  void (*read)(Config& into, const Setting& from);
};

constexpr std::array kKeys{
    Key{"registry.path", [](Config& c, const Setting& s) { c.registry.path = s.text(); }},
    Key{"registry.manage_indexes",
        [](Config& c, const Setting& s) { c.registry.manage_indexes = s.yes(); }},
    Key{"registry.task_status.allowed_created",
        [](Config& c, const Setting& s) { c.supervisor.statuses.allowed_created = status(s); }},
    Key{"registry.task_status.paused",
        [](Config& c, const Setting& s) { c.supervisor.statuses.paused = status(s); }},
    Key{"registry.task_status.blocked",
        [](Config& c, const Setting& s) { c.supervisor.statuses.blocked = status(s); }},
    Key{"supervisor.enabled", [](Config& c, const Setting& s) { c.supervisor_enabled = s.yes(); }},
    Key{"supervisor.workers",
        [](Config& c, const Setting& s) { c.supervisor.workers = s.whole(1, 256); }},
    Key{"supervisor.max_backlog",
        [](Config& c, const Setting& s) { c.max_backlog = s.whole(1, 1'000'000'000); }},
    Key{"supervisor.max_attempts",
        [](Config& c, const Setting& s) {
          c.supervisor.max_attempts = static_cast<std::uint32_t>(s.whole(1, 1'000));
        }},
    Key{"supervisor.first_backoff",
        [](Config& c, const Setting& s) {
          c.supervisor.first_backoff =
              duration_cast<milliseconds>(s.length(milliseconds{1}, hours{1}));
        }},
    Key{"supervisor.longest_backoff",
        [](Config& c, const Setting& s) {
          c.supervisor.longest_backoff =
              duration_cast<milliseconds>(s.length(milliseconds{1}, days{1}));
        }},
    Key{"supervisor.stuck_after",
        [](Config& c, const Setting& s) {
          c.supervisor.stuck_after = s.length(seconds{1}, days{1});
        }},
    Key{"supervisor.inbox_retention",
        [](Config& c, const Setting& s) {
          c.supervisor.inbox_retention = s.length(seconds{1}, days{3'650});
        }},
    Key{"supervisor.follow_types",
        [](Config& c, const Setting& s) { c.supervisor.followed_types = s.texts(); }},
    Key{"policy.files", [](Config& c, const Setting& s) { c.policy_files = files(s); }},
    Key{"api.rate_limit.requests_per_minute",
        [](Config& c, const Setting& s) {
          c.rate_limit_per_minute = static_cast<std::uint32_t>(s.whole(0, 1'000'000'000));
        }},
    Key{"api.cache_max_age",
        [](Config& c, const Setting& s) {
          c.cache_max_age = duration_cast<seconds>(s.length(seconds{0}, days{1}));
        }},
    Key{"alerting.alertmanagers",
        [](Config& c, const Setting& s) { c.alerting.alertmanagers = alertmanagers(s); }},
    Key{"alerting.rule_files", [](Config& c, const Setting& s) { c.alert_rule_files = files(s); }},
    Key{"alerting.evaluation_interval",
        [](Config& c, const Setting& s) {
          c.alerting.evaluation_interval = s.length(seconds{1}, minutes{1});
        }},
    Key{"web.listen_addresses",
        [](Config& c, const Setting& s) { c.web.addresses = addresses(s); }},
    Key{"web.telemetry_path", [](Config& c, const Setting& s) { c.telemetry_path = url_path(s); }},
    Key{"web.config_file",
        [](Config& c, const Setting& s) { c.web_config_file = s.beside(s.text()); }},
    Key{"log.level",
        [](Config& c, const Setting& s) {
          c.log_level = one_of(s, parse_log_level, "debug, info, warn, error");
        }},
    Key{"log.format",
        [](Config& c, const Setting& s) {
          c.log_format = one_of(s, parse_log_format, "logfmt, json");
        }},
};

/// Sections of the contract whose feature is still to be built: better refused than silently
/// without effect.
constexpr std::array<std::string_view, 2> kLater{"backup", "auth"};

bool is_section(const std::string& name) {
  return std::any_of(kKeys.begin(), kKeys.end(), [&](const Key& key) {
    return std::string_view(key.name).starts_with(name + ".");
  });
}

/// Keys and the sections they stand in: what a misspelt name can have meant.
std::vector<std::string> names() {
  std::vector<std::string> all = keys();
  for (const std::string& key : keys()) {
    for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1)) {
      all.push_back(key.substr(0, dot));
    }
  }
  return all;
}

class Reader {
 public:
  Reader(const std::filesystem::path& file, Config& into) : file_(file), config_(into) {}

  void section(const YAML::Node& node, const std::string& prefix) {
    if (node.IsNull()) return;
    if (!node.IsMap()) {
      Setting(file_, prefix.empty() ? "The file" : prefix, node)
          .refuse("must hold settings, as in `name: value`");
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string name =
          prefix.empty() ? entry.first.Scalar() : prefix + "." + entry.first.Scalar();
      const Setting at_name(file_, name, entry.first);
      if (!seen.insert(name).second) at_name.refuse("is given twice");
      if (prefix.empty() && std::find(kLater.begin(), kLater.end(), name) != kLater.end()) {
        at_name.refuse("is not in this version yet");
      }
      value(name, entry.second, at_name);
    }
  }

 private:
  void value(const std::string& name, const YAML::Node& node, const Setting& at_name) {
    if (is_section(name)) return section(node, name);
    const auto* const key = std::find_if(kKeys.begin(), kKeys.end(),
                                         [&](const Key& known) { return known.name == name; });
    if (key == kKeys.end())
      at_name.refuse("is not a setting (did you mean " + nearest(name, names()) + "?)");
    key->read(config_, Setting(file_, name, node));
  }

  const std::filesystem::path& file_;
  Config& config_;
};

YAML::Node document(std::string_view yaml, const std::filesystem::path& file) {
  const std::string text(yaml);
  try {
    if (const auto second = second_yaml_document(text)) {
      throw Error(ErrorKind::malformed, file.string() + ":" + std::to_string(second->line) +
                                            ": the document ends before this; a file holds one.");
    }
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::malformed, place(file, error.mark) + "not YAML: " + error.msg + ".");
  }
}

}  // namespace

std::vector<std::string> keys() {
  std::vector<std::string> names(kKeys.size());
  std::transform(kKeys.begin(), kKeys.end(), names.begin(),
                 [](const Key& key) { return key.name; });
  return names;
}

Config parse(std::string_view yaml, const std::filesystem::path& file) {
  Config config;
  Reader(file, config).section(document(yaml, file), "");
  return config;
}

Config load(const std::filesystem::path& file) { return parse(read_file(file), file); }

http::ListenAddress listen_address(std::string_view text) {
  http::ListenAddress address = http::ListenAddress::parse(text);
  if (!address.is_loopback()) {
    throw Error(ErrorKind::out_of_range,
                address.text +
                    " can be reached from other machines, which this version does not "
                    "allow; listen on 127.0.0.1, [::1] or a Unix socket.");
  }
  return address;
}

void check_web_config(const std::filesystem::path& file) {
  const YAML::Node web = document(read_file(file), file);
  if (web.IsNull() || (web.IsMap() && web.size() == 0)) return;
  if (!web.IsMap())
    throw Error(ErrorKind::malformed,
                place(file, web.Mark()) + "a web configuration holds settings.");
  const YAML::Node first = web.begin()->first;
  throw Error(ErrorKind::malformed, place(file, first.Mark()) + first.Scalar() +
                                        ": TLS and basic authentication are not in this version.");
}

}  // namespace replay::config
