#include "support/fault_vfs.h"

#include <atomic>

#include <sqlite3.h>

namespace replay::testing {
namespace {

struct Plan {
  std::atomic<bool> active = false;
  std::atomic<Fault::Operation> operation{};
  std::atomic<Fault::File> file{};
  std::atomic<int> code = SQLITE_OK;
  std::atomic<std::size_t> strikes = 0;
};
Plan plan;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): as global as the VFS

/// Ours, with the real file behind it in the same allocation.
struct FaultyFile {
  sqlite3_file base;
  bool is_wal;
  bool is_database;
  sqlite3_file* real;
};

FaultyFile& ours(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return ours(file).real; }

int fault(sqlite3_file* file, Fault::Operation operation) {
  if (!plan.active || plan.operation != operation) return SQLITE_OK;
  const bool hit = plan.file == Fault::File::wal ? ours(file).is_wal : ours(file).is_database;
  if (!hit) return SQLITE_OK;
  ++plan.strikes;
  return plan.code;
}

int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }

int read(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
  const int code = fault(file, Fault::Operation::read);
  return code != SQLITE_OK ? code : real(file)->pMethods->xRead(real(file), to, amount, offset);
}

int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  const int code = fault(file, Fault::Operation::write);
  return code != SQLITE_OK ? code : real(file)->pMethods->xWrite(real(file), from, amount, offset);
}

int sync(sqlite3_file* file, int flags) {
  const int code = fault(file, Fault::Operation::sync);
  return code != SQLITE_OK ? code : real(file)->pMethods->xSync(real(file), flags);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return real(file)->pMethods->xTruncate(real(file), size);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int unlock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* reserved) {
  return real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, to);
}
int lock_shared(sqlite3_file* file, int offset, int n, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}
void shared_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

/// Version 2: without xFetch, so that every read passes here.
constexpr sqlite3_io_methods kMethods{
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_lock,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* real_vfs = nullptr;

int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  FaultyFile& opened = ours(file);
  opened.is_wal = (flags & SQLITE_OPEN_WAL) != 0;
  opened.is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  opened.real = reinterpret_cast<sqlite3_file*>(&opened + 1);
  const int code = real_vfs->xOpen(real_vfs, name, opened.real, flags, out_flags);
  // SQLite closes a file whose opening failed where it has methods: that is for the real one.
  opened.base.pMethods = opened.real->pMethods == nullptr ? nullptr : &kMethods;
  return code;
}

}  // namespace

void Fault::install() {
  static sqlite3_vfs faulty = [] {
    real_vfs = sqlite3_vfs_find(nullptr);
    sqlite3_vfs vfs = *real_vfs;
    vfs.szOsFile += static_cast<int>(sizeof(FaultyFile));
    vfs.zName = "faulty";
    vfs.pNext = nullptr;
    vfs.xOpen = open;
    return vfs;
  }();
  sqlite3_vfs_register(&faulty, 1);
}

Fault::Fault(Operation operation, File file, int code) {
  plan.operation = operation;
  plan.file = file;
  plan.code = code;
  plan.strikes = 0;
  plan.active = true;
}

Fault::~Fault() { plan.active = false; }

std::size_t Fault::strikes() const { return plan.strikes; }

}  // namespace replay::testing
