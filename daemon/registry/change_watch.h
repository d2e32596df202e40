#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace replay::registry {

class RegistryFile;

/// The one bell: rung by our writer after each COMMIT and, within 250 ms, by anybody else's (PRAGMA
/// data_version, which moves on other connections' commits only). It carries no data; listeners
/// look at the tables, and one that finds nothing writes nothing, so the bell falls silent. As
/// often it looks whether the file is in its place. Thread rule: any thread; it has a thread and a
/// connection of its own.
class ChangeWatch {
 public:
  explicit ChangeWatch(RegistryFile& file);
  ~ChangeWatch();
  ChangeWatch(const ChangeWatch&) = delete;
  ChangeWatch& operator=(const ChangeWatch&) = delete;

  /// How often it has rung. Read it *before* looking at the tables, then wait for more than that.
  [[nodiscard]] std::uint64_t rings() const;

  /// Waits until it has rung more than `seen` times, `timeout` has passed, or stop() was called.
  /// Returns rings().
  std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout);

  void ring();

  /// Lets every waiter go, now and from now on.
  void stop();
  [[nodiscard]] bool stopped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace replay::registry
