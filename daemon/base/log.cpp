#include "base/log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/time.h"

namespace replay {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

std::string_view name_of(LogLevel level) { return kLevelNames.at(static_cast<std::size_t>(level)); }

/// logfmt quotes a value that holds blanks, quotes, '=' or control bytes; JSON's escapes serve for
/// it.
void append_logfmt_value(std::string& line, std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos &&
                     std::none_of(value.begin(), value.end(),
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (plain) {
    line += value;
  } else {
    line += json::serialize(json::string(value));
  }
}

/// journald sets JOURNAL_STREAM to "device:inode" of the stream it reads; it counts only while
/// stderr still is that one.
bool journald_reads_stderr() {
  const char* stream =
      std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): read once at start
  if (stream == nullptr) return false;
  struct stat status{};
  if (fstat(STDERR_FILENO, &status) != 0) return false;
  return std::string_view(stream) ==
         std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

std::string_view journald_priority(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warn:
      return "<4>";
    case LogLevel::error:
      return "<3>";
  }
  return "<5>";
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames.at(i) == text) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::optional<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") return LogFormat::logfmt;
  if (text == "json") return LogFormat::json;
  return std::nullopt;
}

LogField::LogField(std::string_view name, double number) : key(name), quoted(false) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::general, 6)
          .ptr;
  value.assign(text.data(), end);
}

std::string format_log_line(LogFormat format, LogLevel level, std::string_view message,
                            LogFields fields) {
  std::string line;
  if (format == LogFormat::json) {
    line = R"({"level":")" + std::string(name_of(level)) + R"(","msg":)" +
           json::serialize(json::string(message));
    for (const LogField& field : fields) {
      line += "," + json::serialize(json::string(field.key)) + ":";
      line += field.quoted ? json::serialize(json::string(field.value)) : field.value;
    }
    return line + "}";
  }
  line = "level=" + std::string(name_of(level)) + " msg=";
  append_logfmt_value(line, message);
  for (const LogField& field : fields) {
    line.append(" ").append(field.key).append("=");
    append_logfmt_value(line, field.value);
  }
  return line;
}

struct Logger::Impl {
  LogLevel level;
  LogFormat format;
  bool journald = journald_reads_stderr();
  spdlog::logger out{"decision-replay", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Logger::Logger(LogLevel level, LogFormat format) : impl_(std::make_unique<Impl>(level, format)) {
  impl_->out.set_pattern("%v");
  impl_->out.set_level(spdlog::level::trace);
  impl_->out.flush_on(spdlog::level::trace);
}

Logger::~Logger() = default;

void Logger::write(LogLevel level, std::string_view message, LogFields fields) {
  if (level < impl_->level) return;
  std::string line = format_log_line(impl_->format, level, message, fields);
  if (impl_->journald) {
    line.insert(0, journald_priority(level));
  } else {
    const std::string now = format_instant(SystemClock().now());
    line = impl_->format == LogFormat::json ? R"({"ts":")" + now + R"(",)" + line.substr(1)
                                            : "ts=" + now + " " + line;
  }
  impl_->out.info("{}", line);
}

}  // namespace replay
