#include "registry/registry.h"

#include <optional>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include "base/error.h"
#include "base/log.h"
#include "registry/connection.h"
#include "registry/index_creation.h"
#include "registry/registry_file.h"
#include "registry/schema.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

constexpr int kOpenPatienceMs = 10'000;

SQLite::Database open_file(const Options& options) {
  std::error_code error;
  const bool exists = std::filesystem::exists(options.path, error);
  if (!exists && !options.create) {
    throw Error(ErrorKind::not_found, "There is no registry at " + options.path.string() + ".");
  }
  const auto directory = options.path.parent_path();
  if (!exists && !directory.empty()) std::filesystem::create_directories(directory, error);
  try {
    SQLite::Database db(options.path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                        kOpenPatienceMs);
    (void)db.execAndGet(sql::kSchemaVersion);
    // Without rights, room or the lock it stays as it is: that is no reason not to serve reads.
    (void)db.tryExec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    return db;
  } catch (const SQLite::Exception& failure) {
    std::throw_with_nested(
        Error(ErrorKind::unavailable,
              "Cannot open the registry " + options.path.string() + ": " + failure.what() + "."));
  }
}

/// Makes what is missing in an empty or an adopted file. True: a new registry was made.
bool make_tables(SQLite::Database& db, const Options& options) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  const bool is_new = Schema::is_empty(db);
  if (!is_new && !Schema::is_registry(db)) {
    throw Error(
        ErrorKind::corrupt,
        options.path.string() +
            " is a database but no AgentOS registry: it has no tables tasks and task_audits.");
  }
  if (is_new) Schema::create_registry(db);
  Schema::create_own_tables(db);
  if (is_new && options.manage_indexes) {
    for (const IndexDefinition& index : Schema(db).missing_indexes(db))
      db.exec(index.create_statement());
  }
  transaction.commit();
  return is_new;
}

/// The same, writing nothing where nothing is missing.
bool prepare(SQLite::Database& db, const Options& options) {
  if (Schema::is_registry(db) && Schema::has_own_tables(db)) return false;
  try {
    return make_tables(db, options);
  } catch (const SQLite::Exception& failure) {
    const Error meaning = to_error(failure);
    std::throw_with_nested(
        Error(meaning.kind(),
              "Cannot prepare the registry " + options.path.string() + ": " + meaning.what()));
  }
}

}  // namespace

struct Registry::Impl {
  Impl(const Options& options, Logger& log) : db(open_file(options)), file(options.path, log) {
    const bool is_new = prepare(db, options);
    schema.emplace(db);
    log.info(is_new ? "registry created" : "registry opened",
             {{"path", file.path().string()}, {"generation", schema->generation()}});
    for (const std::string& index : Schema::harmful_indexes(db)) {
      log.warn(
          "index makes other people's inserts fail; run decision-replay doctor --fix to drop it",
          {{"index", index}});
    }
    if (options.manage_indexes) create_missing_indexes(db, *schema, kIndexTimeLimit, log);
    changes.emplace(file);
    writes.emplace(file, *schema, *changes, log);
    reads.emplace(file.path().string(), *schema, options.read_connections);
  }

  /// Opened first and closed last, so that the end of the daemon leaves no WAL behind: the last
  /// connection to close empties it, and one that only reads cannot. (SQLite leaves it alone where
  /// the file is no longer the one at the path.)
  SQLite::Database db;
  RegistryFile file;
  std::optional<Schema> schema;
  // The watch outlives the writer, which rings it; the readers go first.
  std::optional<ChangeWatch> changes;
  std::optional<WriteQueue> writes;
  std::optional<ReadPool> reads;
};

Registry::Registry(const Options& options, Logger& log) {
  try {
    impl_ = std::make_unique<Impl>(options, log);
  } catch (const SQLite::Exception& failure) {
    std::throw_with_nested(to_error(failure));
  }
}

Registry::~Registry() = default;

ReadPool& Registry::reads() { return *impl_->reads; }
WriteQueue& Registry::writes() { return *impl_->writes; }
ChangeWatch& Registry::changes() { return *impl_->changes; }
const Schema& Registry::schema() const { return *impl_->schema; }
const RegistryFile& Registry::file() const { return impl_->file; }
const std::filesystem::path& Registry::path() const { return impl_->file.path(); }

}  // namespace replay::registry
