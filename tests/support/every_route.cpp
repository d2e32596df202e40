#include "tests/support/every_route.h"

#include <array>
#include <cctype>

namespace replay::testing {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) != 0) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return encoded;
}

std::vector<std::string> every_get(const std::vector<std::string>& tasks,
                                   const std::vector<std::string>& decisions) {
  const std::string api = "/api/governance";
  std::vector<std::string> targets{"/", "/metrics", "/-/healthy", "/-/ready", "/openapi.json"};
  for (const char* path : {"/tasks", "/tasks?status=BLOCKED", "/inbox", "/integrity",
                           "/stats/decision-types?window=90d", "/stats/decision-lag?window=90d",
                           "/stats/blocked-reasons?window=90d",
                           "/stats/timeseries?series=decision-lag&window=7d&step=hour",
                           "/stats/timeseries?series=decision-types&window=90d&step=day",
                           "/stats/timeseries?series=blocked-tasks&window=90d&step=day"}) {
    targets.push_back(api + path);
  }
  for (const std::string& task : tasks) {
    const std::string of_task = api + "/tasks/" + percent_encoded(task);
    targets.push_back(of_task + "/summary");
    targets.push_back(of_task + "/decision-trace");
  }
  for (const std::string& decision : decisions)
    targets.push_back(api + "/decisions/" + percent_encoded(decision));
  return targets;
}

}  // namespace replay::testing
