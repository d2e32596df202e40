#include "registry/connection.h"

#include <exception>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include "base/error.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

/// How long a connection waits for another process's lock before it gives up with SQLITE_BUSY.
constexpr int kBusyTimeoutMs = 5'000;

}  // namespace

Connection::Connection(const std::string& path, const Schema& schema, Access access)
    : schema_(schema) {
  try {
    const int flags = access == Access::read_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE;
    db_ = std::make_unique<SQLite::Database>(path, flags, kBusyTimeoutMs);
    if (access == Access::read_write) db_->exec("PRAGMA synchronous = FULL");
    (void)db_->execAndGet(sql::kSchemaVersion);
  } catch (const SQLite::Exception& failure) {
    std::throw_with_nested(Error(ErrorKind::unavailable,
                                 "Cannot open the registry " + path + ": " + failure.what() + "."));
  }
}

Connection::~Connection() = default;

SQLite::Statement& Connection::prepared(const char* sql) {
  auto& statement = prepared_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(*db_, schema_.expand(sql));
  return *statement;
}

void Connection::exec(const char* sql) { db_->exec(sql); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_->getHandle()) == 0; }

bool Connection::met_damage(const SQLite::Exception& failure) {
  if ((failure.getErrorCode() & 0xFF) != SQLITE_CORRUPT) return false;
  damage_ = to_error(failure).what();
  return true;
}

std::optional<std::string> Connection::take_damage() { return std::exchange(damage_, {}); }

Error to_error(const SQLite::Exception& failure) {
  const std::string text = failure.what();
  switch (failure.getErrorCode() & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::busy, "Another process keeps the registry locked; try again.",
              std::chrono::seconds{1}};
    case SQLITE_FULL:
      return {ErrorKind::unavailable,
              "The disk that holds the registry is full; nothing was written.",
              std::chrono::seconds{10}};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorKind::unavailable,
              "The registry cannot be written (" + text + "); nothing was written.",
              std::chrono::seconds{10}};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return {ErrorKind::unavailable, "The disk that holds the registry failed (" + text + ").",
              std::chrono::seconds{10}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::unavailable,
              "The registry file is damaged (" + text + "); restore it from a backup."};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::conflict, "The registry refuses the change: " + text + "."};
    default:
      return {ErrorKind::internal, "The registry failed: " + text + "."};
  }
}

std::exception_ptr current_as_error() {
  try {
    throw;
  } catch (const SQLite::Exception& failure) {
    try {
      std::throw_with_nested(to_error(failure));
    } catch (...) {
      return std::current_exception();
    }
  } catch (...) {
    return std::current_exception();
  }
}

bool is_refusal(const SQLite::Exception& failure, const Connection& connection) {
  return (failure.getErrorCode() & 0xFF) == SQLITE_CONSTRAINT && connection.in_transaction();
}

}  // namespace replay::registry
