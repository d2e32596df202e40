#pragma once

#include <chrono>

namespace SQLite {
class Database;
}

namespace replay {
class Logger;
}

namespace replay::registry {

class Schema;

/// For how long another process's writer may wait for one of our indexes, its commit not included.
inline constexpr std::chrono::milliseconds kIndexTimeLimit{500};

/// Adds the missing indexes that can be made within `limit` each, pausing between them so that
/// other writers get their turn: CREATE INDEX keeps the write lock from its first row to its last.
/// One that takes longer is undone and left to `doctor --fix`, with those after it on the same
/// table. Failures (a lock, a full disk) are logged, not thrown: queries work without.
void create_missing_indexes(SQLite::Database& db, const Schema& schema,
                            std::chrono::milliseconds limit, Logger& log);

}  // namespace replay::registry
