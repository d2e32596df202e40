#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace replay::registry {

class Connection;
class RegistryFile;
class Schema;

/// The connection that writes, and what keeps a commit honest: it is only reported where it reached
/// the file at the path, and after a failure nothing is assumed of the connection. All methods
/// throw as SQLite or RegistryFile does. Thread rule: one thread at a time.
class Writer {
 public:
  /// `on_busy` is asked each time before waiting a little for another process's lock; false: wait
  /// no longer.
  Writer(RegistryFile& file, const Schema& schema, std::function<bool()> on_busy);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Whether a write could begin, without writing anything.
  void try_to_begin();

  /// A small commit of our own: only one that has reached the disk proves that the disk works.
  void prove();

  /// Runs the change in one transaction and commits it. True where something was changed.
  bool transact(const std::function<void(Connection&)>& change);

  /// After a failure: ends the transaction if there is one (a lock that another process kept, or a
  /// refusal, says nothing against the connection)...
  void roll_back();
  /// ...or closes the connection, for the next use to open it anew.
  void drop();

  /// Restarts a WAL that has grown past its bound, at most once a second; never waits.
  void bound_wal();

 private:
  static int on_busy(void* self, int calls);
  Connection& connection();
  void require_room() const;

  RegistryFile& file_;
  const Schema& schema_;
  const std::function<bool()> on_busy_;
  std::unique_ptr<Connection> connection_;
  std::chrono::steady_clock::time_point last_wal_look_{};
};

}  // namespace replay::registry
