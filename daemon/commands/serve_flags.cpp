#include "commands/serve_flags.h"

#include <CLI/CLI.hpp>

#include "base/log.h"

namespace replay::commands {

void add_serve_flags(CLI::App& command, ServeFlags& flags) {
  command.add_option("--config.file", flags.config_file,
                     "Configuration (see decision-replay.example.yml)");
  command.add_option("--registry.path", flags.registry_path,
                     "The registry, created where there is none (default: store/registry.sqlite)");
  command
      .add_option("--web.listen-address", flags.listen_addresses,
                  "host:port or unix:/path, repeatable (default: 127.0.0.1:8080)")
      ->expected(1)
      ->take_all();
  command
      .add_option("--web.telemetry-path", flags.telemetry_path,
                  "Where Prometheus scrapes (default: /metrics)")
      ->check([](const std::string& path) {
        return path.size() > 1 && path.starts_with('/') ? std::string()
                                                        : "must be a path, as in /metrics";
      });
  command.add_option("--web.config.file", flags.web_config_file,
                     "Web configuration in exporter-toolkit's format");
  command.add_option("--log.level", flags.log_level, "debug, info, warn or error (default: info)")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command.add_option("--log.format", flags.log_format, "logfmt or json (default: logfmt)")
      ->check(CLI::IsMember({"logfmt", "json"}));
}

config::Config configuration(const ServeFlags& flags) {
  config::Config config =
      flags.config_file.empty() ? config::Config{} : config::load(flags.config_file);
  if (!flags.registry_path.empty()) config.registry.path = flags.registry_path;
  if (!flags.listen_addresses.empty()) config.web.addresses.clear();
  for (const std::string& text : flags.listen_addresses)
    config.web.addresses.push_back(config::listen_address(text));
  if (!flags.telemetry_path.empty()) config.telemetry_path = flags.telemetry_path;
  if (!flags.web_config_file.empty()) config.web_config_file = flags.web_config_file;
  config.log_level = parse_log_level(flags.log_level).value_or(config.log_level);
  config.log_format = parse_log_format(flags.log_format).value_or(config.log_format);
  if (!config.web_config_file.empty()) config::check_web_config(config.web_config_file);
  return config;
}

}  // namespace replay::commands
