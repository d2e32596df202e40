#pragma once

#include <exception>
#include <functional>

#include <boost/asio/awaitable.hpp>

namespace replay::registry {

/// Called once, from any thread; null: it worked.
using Done = std::function<void(std::exception_ptr)>;

/// Calls `start(done)` and suspends the coroutine until done() is called; resumes it on its own
/// executor, or throws there what done() was given. The bridge between the registry's threads and
/// the coroutines of the API.
boost::asio::awaitable<void> completion(std::function<void(Done)> start);

}  // namespace replay::registry
