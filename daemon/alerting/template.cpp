#include "alerting/template.h"

#include <array>
#include <optional>
#include <utility>

#include "alerting/humanize.h"

namespace replay::alerting {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_label_name(std::string_view name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && name.find_first_not_of(kLetters) == std::string_view::npos;
}

constexpr std::array kFormats{
    std::pair{std::string_view("humanize"),
              +[](double value, int /*decimals*/) { return humanize(value); }},
    std::pair{std::string_view("humanizeDuration"),
              +[](double value, int /*decimals*/) { return humanize_duration(value); }},
    std::pair{std::string_view("humanizePercentage"),
              +[](double value, int /*decimals*/) { return humanize_percentage(value); }},
};

/// The 2 of `printf "%.2f"`.
std::optional<int> decimals(std::string_view call) {
  constexpr std::string_view kBegin = "\"%.";
  constexpr std::string_view kEnd = "f\"";
  if (!call.starts_with("printf")) return std::nullopt;
  call = trimmed(call.substr(std::string_view("printf").size()));
  if (call.size() != kBegin.size() + 1 + kEnd.size() || !call.starts_with(kBegin) ||
      !call.ends_with(kEnd) || call[kBegin.size()] < '0' || call[kBegin.size()] > '9') {
    return std::nullopt;
  }
  return call[kBegin.size()] - '0';
}

}  // namespace

Template::Part Template::placeholder(std::string_view inside, std::size_t at) {
  const std::size_t bar = inside.find('|');
  const std::string_view source = trimmed(inside.substr(0, bar));
  constexpr std::string_view kLabels = "$labels.";
  if (source.starts_with(kLabels) && is_label_name(source.substr(kLabels.size())) &&
      bar == std::string_view::npos) {
    return Label{std::string(source.substr(kLabels.size()))};
  }
  if (source == "$value") {
    if (bar == std::string_view::npos) {
      return Value{.format = [](double value, int /*decimals*/) { return plain(value); }};
    }
    const std::string_view call = trimmed(inside.substr(bar + 1));
    for (const auto& [name, format] : kFormats) {
      if (call == name) return Value{.format = format};
    }
    if (const auto count = decimals(call)) return Value{.format = fixed, .decimals = *count};
  }
  throw NotUnderstood{at, "{{" + std::string(inside) + "}} is not filled in"};
}

std::variant<Template, NotUnderstood> Template::parse(std::string_view text) {
  Template result;
  const std::string_view all = text;
  try {
    while (!text.empty()) {
      const std::size_t open = text.find("{{");
      if (open != 0) result.parts_.emplace_back(std::string(text.substr(0, open)));
      if (open == std::string_view::npos) break;
      text.remove_prefix(open + 2);
      const std::size_t at = all.size() - text.size() - 2;
      const std::size_t close = text.find("}}");
      if (close == std::string_view::npos) return NotUnderstood{at, "{{ has no }}"};
      result.parts_.push_back(placeholder(text.substr(0, close), at));
      text.remove_prefix(close + 2);
    }
  } catch (NotUnderstood& problem) {
    return std::move(problem);
  }
  return result;
}

std::string Template::expand(const Labels& labels, double value) const {
  struct Expansion {
    const Labels& labels;
    double value;

    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const Value& part) const { return part.format(value, part.decimals); }
    std::string operator()(const Label& part) const {
      return std::string(alerting::label(labels, part.name));
    }
  };
  std::string text;
  for (const Part& part : parts_) text += std::visit(Expansion{labels, value}, part);
  return text;
}

}  // namespace replay::alerting
