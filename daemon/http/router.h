#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "http/request.h"
#include "http/response.h"

namespace replay::http {

using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// One row of the API's table.
struct Route {
  Method method = Method::get;
  std::string
      pattern;  ///< "/api/governance/tasks/{task_id}/summary"; a parameter is one whole segment
  std::string name;  ///< label of metrics and logs: "task_summary"
  Handler handler;
  bool rate_limited = false;
};

/// Finds the route of a request: the first row that matches, so literal paths go before patterns
/// with parameters. GET routes answer HEAD too. A trailing slash is another path. Immutable after
/// construction; any thread.
class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  ///< null: no such path, or not with this method
    std::vector<std::string>
        allowed;  ///< where the path exists but not the method: the Allow list, with OPTIONS
    std::map<std::string, std::string, std::less<>> parameters;
  };
  [[nodiscard]] Match match(Method method, const std::vector<std::string>& segments) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;  ///< of each route, split at its slashes
};

}  // namespace replay::http
