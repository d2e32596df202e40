#include "http/router.h"

#include <algorithm>
#include <utility>

namespace replay::http {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

std::vector<std::string> split(std::string_view pattern) {
  std::vector<std::string> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    segments.emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

/// nullopt where the path is not the pattern's. A parameter is never empty: no id of ours is.
std::optional<Parameters> match_path(const std::vector<std::string>& pattern,
                                     const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return std::nullopt;
  Parameters parameters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) {
      if (pattern[i] != segments[i]) return std::nullopt;
    } else if (segments[i].empty()) {
      return std::nullopt;
    } else {
      parameters.emplace(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
    }
  }
  return parameters;
}

bool answers(const Route& route, Method method) {
  return route.method == method || (method == Method::head && route.method == Method::get);
}

void allow(std::vector<std::string>& allowed, Method method) {
  const std::string_view name = to_string(method);
  if (std::ranges::find(allowed, name) == allowed.end()) allowed.emplace_back(name);
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  patterns_.reserve(routes_.size());
  for (const Route& route : routes_) patterns_.push_back(split(route.pattern));
}

Router::Match Router::match(Method method, const std::vector<std::string>& segments) const {
  Match match;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    std::optional<Parameters> parameters = match_path(patterns_[i], segments);
    if (!parameters) continue;
    if (answers(routes_[i], method)) return {&routes_[i], {}, std::move(*parameters)};
    allow(match.allowed, routes_[i].method);
    if (routes_[i].method == Method::get) allow(match.allowed, Method::head);
  }
  if (!match.allowed.empty()) allow(match.allowed, Method::options);
  return match;
}

}  // namespace replay::http
