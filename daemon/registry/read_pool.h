#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "registry/read_view.h"

namespace replay::registry {

class Schema;

struct ReadStats {
  std::uint64_t damaged = 0;  ///< queries that met bytes SQLite did not write, or passed them by
  std::string damage;         ///< what the last of them said, in one sentence
};

/// Read connections, one per thread, apart from the writer. Each query runs inside one read
/// transaction: it sees one state of the registry. Queries go on while a writer holds its lock or
/// the disk is full, and where a page is damaged, those that do not need it. Thread rule: any
/// thread; the query runs on a pool thread. Throws Error(unavailable) where the registry cannot be
/// read.
class ReadPool {
 public:
  ReadPool(const std::string& path, const Schema& schema, std::size_t connections);
  ~ReadPool();
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  /// Suspends until `query(view)` has run; resumes on the caller's executor. What it throws is
  /// thrown here.
  template <class Query>
  boost::asio::awaitable<std::invoke_result_t<Query, const ReadView&>> read(Query query) {
    auto result = std::make_shared<std::optional<std::invoke_result_t<Query, const ReadView&>>>();
    Job job = [result, query = std::move(query)](const ReadView& view) {
      result->emplace(query(view));
    };
    co_await submit(std::move(job));
    co_return std::move(**result);
  }

  /// The same for threads of our own, which may wait.
  template <class Query>
  std::invoke_result_t<Query, const ReadView&> read_now(Query query) {
    std::optional<std::invoke_result_t<Query, const ReadView&>> result;
    run_and_wait([&result, &query](const ReadView& view) { result.emplace(query(view)); });
    return std::move(*result);
  }

  /// Queries that have ended, well or not.
  [[nodiscard]] std::uint64_t answered() const;
  [[nodiscard]] ReadStats stats() const;

 private:
  using Job = std::function<void(const ReadView&)>;
  boost::asio::awaitable<void> submit(Job job);
  void run_and_wait(Job job);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::registry
