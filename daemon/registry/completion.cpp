#include "registry/completion.h"

#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace replay::registry {

namespace asio = boost::asio;

asio::awaitable<void> completion(std::function<void(Done)> start) {
  auto initiate = [start = std::move(start)](auto handler) {
    // std::function wants something copyable; a handler can only be moved.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start([shared](const std::exception_ptr& error) {
      const auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, [shared, error] { std::move (*shared)(error); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      std::move(initiate), asio::use_awaitable);
}

}  // namespace replay::registry
