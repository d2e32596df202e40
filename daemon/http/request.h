#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace replay::http {

enum class Method { get, head, post, put, del, patch, options, other };

[[nodiscard]] std::string_view to_string(Method method);

/// One request as a handler sees it: decoded, bounded, without Beast. A value.
struct Request {
  Method method = Method::get;
  std::string path;                                         ///< percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;   ///< decoded, in order
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;
  std::string client;  ///< the peer's address without port; "unix" for a Unix socket
  std::map<std::string, std::string, std::less<>>
      path_parameters;  ///< filled in by the Router, decoded

  /// The value of `{name}` of the route's pattern. REQUIRES: the pattern has it.
  [[nodiscard]] const std::string& path_parameter(std::string_view name) const;

  /// The first query value of that name, or nullopt.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;

  /// A whole number in [lowest, highest], `otherwise` where absent. Throws Error(out_of_range)
  /// naming both bounds.
  [[nodiscard]] std::int64_t query_between(std::string_view name, std::int64_t lowest,
                                           std::int64_t highest, std::int64_t otherwise) const;

  /// The header's value, or "" where absent; `name` in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// A request target, split before it is decoded: a segment's `%2F` is no slash.
struct Target {
  std::vector<std::string> segments;  ///< decoded one by one, so that ids may hold '/'
  std::string path;                   ///< decoded, for logs and exact matches
  std::vector<std::pair<std::string, std::string>> query;
};

/// nullopt where the target is no path, its percent-encoding is broken, or what it decodes to is
/// not UTF-8.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

}  // namespace replay::http
