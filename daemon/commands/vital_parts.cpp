#include "commands/vital_parts.h"

#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/system_executor.hpp>

#include "http/server.h"
#include "registry/registry.h"

namespace replay::commands {
namespace {

namespace asio = boost::asio;

// NOLINTBEGIN(cppcoreguidelines-avoid-reference-coroutine-parameters): the registry outlives them
asio::awaitable<void> write_nothing(registry::WriteQueue& writes) {
  auto nothing = [](registry::WriteTransaction&) { return true; };
  (void)co_await writes.write(nothing);
}

asio::awaitable<void> read_nothing(registry::ReadPool& reads) {
  auto nothing = [](const registry::ReadView&) { return true; };
  (void)co_await reads.read(nothing);
}
// NOLINTEND(cppcoreguidelines-avoid-reference-coroutine-parameters)

/// A refusal is an answer, too: whoever gives it is alive.
void answer_after(asio::awaitable<void> work, std::function<void()> answer) {
  asio::co_spawn(asio::system_executor(), std::move(work),
                 [answer = std::move(answer)](const std::exception_ptr&) { answer(); });
}

/// Moves while the writer waits for another process's lock, since it then does what it should.
std::uint64_t steps(const registry::WriteStats& stats) {
  return stats.jobs + stats.transactions + stats.failed_commits + stats.busy_waits;
}

}  // namespace

std::vector<lifecycle::Pulse::Part> vital_parts(http::Server& server,
                                                registry::Registry& registry) {
  registry::WriteQueue& writes = registry.writes();
  registry::ReadPool& reads = registry.reads();
  return {
      {.name = "http",
       .ask = [&server](std::function<void()> answer) { server.post(std::move(answer)); },
       .progress = [] { return std::uint64_t{0}; }},
      {.name = "registry writer",
       .ask =
           [&writes](std::function<void()> answer) {
             answer_after(write_nothing(writes), std::move(answer));
           },
       .progress = [&writes] { return steps(writes.stats()); }},
      {.name = "registry readers",
       .ask =
           [&reads](std::function<void()> answer) {
             answer_after(read_nothing(reads), std::move(answer));
           },
       .progress = [&reads] { return reads.answered(); }},
  };
}

}  // namespace replay::commands
