#pragma once

#include <vector>

#include "lifecycle/pulse.h"

namespace replay::http {
class Server;
}
namespace replay::registry {
class Registry;
}

namespace replay::commands {

/// The threads without which nothing is served or decided: the server's, the registry's writer and
/// its readers. Both outlive what is made of the parts.
[[nodiscard]] std::vector<lifecycle::Pulse::Part> vital_parts(http::Server& server,
                                                              registry::Registry& registry);

}  // namespace replay::commands
