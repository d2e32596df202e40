#include "registry/writer.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include "base/error.h"
#include "registry/connection.h"
#include "registry/registry_file.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

/// How long BEGIN IMMEDIATE waits for another process, and the naps it waits in.
constexpr std::chrono::milliseconds kBusyPatience{5'000};
constexpr int kBusyNapMs = 5;

/// SQLite's automatic checkpoint cannot restart a WAL that readers never leave; past this size we
/// ask for it.
constexpr std::uintmax_t kWalLimitBytes = 128U << 20U;
constexpr std::chrono::seconds kLookAtWalEvery{1};

/// A disk with less is full: a commit that failed on it leaves room in the WAL in which a small
/// proof would fit, and the next real one would fail again.
constexpr std::uintmax_t kLeastRoomBytes = 1U << 20U;

}  // namespace

Writer::Writer(RegistryFile& file, const Schema& schema, std::function<bool()> on_busy)
    : file_(file), schema_(schema), on_busy_(std::move(on_busy)) {}

Writer::~Writer() = default;

int Writer::on_busy(void* self, int calls) {
  const bool patient = calls * std::chrono::milliseconds{kBusyNapMs} < kBusyPatience;
  if (!static_cast<Writer*>(self)->on_busy_() || !patient) return 0;
  sqlite3_sleep(kBusyNapMs);
  return 1;
}

Connection& Writer::connection() {
  file_.require_in_place();
  if (!connection_) {
    connection_ = std::make_unique<Connection>(file_.path().string(), schema_,
                                               Connection::Access::read_write);
    sqlite3_busy_handler(connection_->database().getHandle(), &Writer::on_busy, this);
  }
  return *connection_;
}

void Writer::require_room() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(file_.path(), unknown);
  if (unknown || space.available >= kLeastRoomBytes) return;
  throw Error(ErrorKind::unavailable, "The disk that holds the registry is full.",
              std::chrono::seconds{10});
}

void Writer::try_to_begin() {
  require_room();
  Connection& open = connection();
  open.exec("BEGIN IMMEDIATE");
  open.exec("ROLLBACK");
}

void Writer::prove() {
  require_room();
  (void)transact([](Connection& open) { open.exec(sql::kProve); });
}

bool Writer::transact(const std::function<void(Connection&)>& change) {
  Connection& open = connection();
  SQLite::Database& db = open.database();
  const int before = db.getTotalChanges();
  db.exec("BEGIN IMMEDIATE");
  change(open);
  db.exec("COMMIT");
  // Committed to a file that nobody else finds is not committed.
  file_.require_in_place();
  return db.getTotalChanges() != before;
}

void Writer::roll_back() {
  if (!connection_) return;
  if (connection_->in_transaction()) (void)connection_->database().tryExec("ROLLBACK");
}

void Writer::drop() { connection_.reset(); }

void Writer::bound_wal() {
  const auto now = std::chrono::steady_clock::now();
  if (!connection_ || now - last_wal_look_ < kLookAtWalEvery) return;
  last_wal_look_ = now;
  std::error_code error;
  const auto size = std::filesystem::file_size(file_.path().string() + "-wal", error);
  if (error || size < kWalLimitBytes) return;
  SQLite::Database& db = connection_->database();
  sqlite3_busy_handler(db.getHandle(), nullptr, nullptr);
  (void)db.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_busy_handler(db.getHandle(), &Writer::on_busy, this);
}

}  // namespace replay::registry
