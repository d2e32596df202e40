#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace replay {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view text);
[[nodiscard]] std::optional<LogFormat> parse_log_format(std::string_view text);

/// One `key=value` of a log line; units belong into the key (`seconds`, `bytes`).
struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, std::string text) : key(name), value(std::move(text)) {}
  LogField(std::string_view name, bool yes)
      : key(name), value(yes ? "true" : "false"), quoted(false) {}
  template <std::integral Number>
  LogField(std::string_view name, Number number)
      : key(name), value(std::to_string(number)), quoted(false) {}
  LogField(std::string_view name, double number);

  std::string_view key;
  std::string value;
  bool quoted = true;  ///< false: a JSON number or boolean
};

using LogFields = std::initializer_list<LogField>;

/// The daemon's voice on standard error: one line an event, constant message, variables as fields.
///
/// error: a person must act · warn: degraded, still serving · info: a change of state, never once
/// per request · debug: the rest. Under journald (JOURNAL_STREAM is set and names our stderr) lines
/// carry a
/// `<n>` priority and no timestamp. Thread rule: any thread.
class Logger {
 public:
  Logger(LogLevel level, LogFormat format);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void debug(std::string_view message, LogFields fields = {}) {
    write(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, LogFields fields = {}) {
    write(LogLevel::info, message, fields);
  }
  void warn(std::string_view message, LogFields fields = {}) {
    write(LogLevel::warn, message, fields);
  }
  void error(std::string_view message, LogFields fields = {}) {
    write(LogLevel::error, message, fields);
  }

 private:
  void write(LogLevel level, std::string_view message, LogFields fields);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One line of either format without timestamp and priority; what Logger prints, for tests.
[[nodiscard]] std::string format_log_line(LogFormat format, LogLevel level,
                                          std::string_view message, LogFields fields);

}  // namespace replay
