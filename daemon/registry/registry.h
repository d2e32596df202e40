#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "registry/change_watch.h"
#include "registry/read_pool.h"
#include "registry/write_queue.h"

namespace replay {
class Logger;
}  // namespace replay

namespace replay::registry {

class RegistryFile;
class Schema;

struct Options {
  std::filesystem::path path = "store/registry.sqlite";
  bool manage_indexes = true;  ///< add what indexes are missing and quickly made when opening
  std::size_t read_connections = 3;
  bool create = true;  ///< false: a missing file is an error (commands beside a daemon)
};

/// The registry: opens it, or creates it where there is none, finds its generation, adds our own
/// tables and the missing indexes (those that keep no other writer waiting), and owns the doors:
/// reads(), writes(), changes(). Where nothing of our own is missing it writes nothing, so that it
/// opens, for reading, one that cannot be written just now: writes().stats() says so. Throws
/// Error(unavailable) where the file cannot be opened or what is missing cannot be made,
/// Error(corrupt) where it is no registry. Ownership: outlives everything that holds one of its
/// doors. Thread rule: construction and destruction on one thread.
class Registry {
 public:
  Registry(const Options& options, Logger& log);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  [[nodiscard]] ReadPool& reads();
  [[nodiscard]] WriteQueue& writes();
  [[nodiscard]] ChangeWatch& changes();
  [[nodiscard]] const Schema& schema() const;
  [[nodiscard]] const RegistryFile& file() const;
  [[nodiscard]] const std::filesystem::path& path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::registry
