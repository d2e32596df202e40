#include "registry/index_creation.h"

#include <map>
#include <string>
#include <thread>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include "base/log.h"
#include "registry/schema.h"

namespace replay::registry {
namespace {

using Steady = std::chrono::steady_clock;

/// The longest nap of SQLite's own busy handler: who waits for the lock wakes up in a pause of
/// more.
constexpr std::chrono::milliseconds kNap{100};
constexpr std::chrono::milliseconds kPause{150};

/// Interrupts the connection's statements once `limit` has passed.
class TimeLimit {
 public:
  TimeLimit(SQLite::Database& db, std::chrono::milliseconds limit)
      : db_(db.getHandle()), until_(Steady::now() + limit) {
    constexpr int kInstructions = 1'000;  // some hundred rows
    sqlite3_progress_handler(db_, kInstructions, &TimeLimit::has_passed, this);
  }
  ~TimeLimit() { sqlite3_progress_handler(db_, 0, nullptr, nullptr); }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

 private:
  static int has_passed(void* self) {
    return Steady::now() >= static_cast<TimeLimit*>(self)->until_ ? 1 : 0;
  }

  sqlite3* db_;
  Steady::time_point until_;
};

/// False where the limit has interrupted it, which leaves nothing behind.
bool create_index(SQLite::Database& db, const IndexDefinition& index,
                  std::chrono::milliseconds limit) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  try {
    const TimeLimit from_here(db, limit);  // the wait for the lock is nobody else's
    db.exec(index.create_statement());
  } catch (const SQLite::Exception& failure) {
    if (failure.getErrorCode() == SQLITE_INTERRUPT) return false;
    throw;
  }
  transaction.commit();
  return true;
}

}  // namespace

void create_missing_indexes(SQLite::Database& db, const Schema& schema,
                            std::chrono::milliseconds limit, Logger& log) {
  std::map<std::string, std::string> left_out;  // by table
  Steady::duration held{};                      // since the last pause
  for (const IndexDefinition& index : schema.missing_indexes(db)) {
    if (const auto table = left_out.find(index.table); table != left_out.end()) {
      table->second += ", " + index.name;
      continue;
    }
    if (held > kNap) {
      std::this_thread::sleep_for(kPause);
      held = {};
    }
    const auto start = Steady::now();
    try {
      const bool created = create_index(db, index, limit);
      const std::chrono::duration<double> taken = Steady::now() - start;
      held += Steady::now() - start;
      if (created) {
        log.info("index created",
                 {{"index", index.name}, {"table", index.table}, {"seconds", taken.count()}});
      } else {
        left_out.emplace(index.table, index.name);
      }
    } catch (const SQLite::Exception& failure) {
      log.warn("indexes not created, the registry cannot be written",
               {{"index", index.name}, {"reason", failure.what()}});
      return;
    }
  }
  for (const auto& [table, indexes] : left_out) {
    log.warn(
        "indexes left out, other writers would have waited too long; decision-replay doctor --fix "
        "creates them",
        {{"table", table}, {"indexes", indexes}});
  }
}

}  // namespace replay::registry
