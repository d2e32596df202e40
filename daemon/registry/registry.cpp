#include "registry/registry.h"

#include <optional>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "registry/connection.h"
#include "registry/schema.h"

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
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    return db;
  } catch (const SQLite::Exception& failure) {
    std::throw_with_nested(
        Error(ErrorKind::unavailable,
              "Cannot open the registry " + options.path.string() + ": " + failure.what() + "."));
  }
}

/// Makes what is missing in an empty or an adopted file. True: a new registry was made.
bool prepare(SQLite::Database& db, const std::filesystem::path& path) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  const bool is_new = Schema::is_empty(db);
  if (!is_new && !Schema::is_registry(db)) {
    throw Error(
        ErrorKind::corrupt,
        path.string() +
            " is a database but no AgentOS registry: it has no tables tasks and task_audits.");
  }
  if (is_new) Schema::create_registry(db);
  Schema::create_own_tables(db);
  transaction.commit();
  return is_new;
}

}  // namespace

struct Registry::Impl {
  Impl(const Options& options, const Clock& clock, Logger& log)
      : path(options.path), db(open_file(options)) {
    const bool is_new = prepare(db, path);
    schema.emplace(db);
    log.info(is_new ? "registry created" : "registry opened",
             {{"path", path.string()}, {"generation", schema->generation()}});
    for (const std::string& index : Schema::harmful_indexes(db)) {
      log.warn(
          "index makes other people's inserts fail; run decision-replay doctor --fix to drop it",
          {{"index", index}});
    }
    if (options.manage_indexes) create_missing_indexes(clock, log, is_new);
    changes.emplace(path.string());
    writes.emplace(path.string(), *schema, *changes, log);
    reads.emplace(path.string(), *schema, options.read_connections);
  }

  /// One transaction each, so that other processes get their turns between them. Those of a new
  /// registry are no news.
  void create_missing_indexes(const Clock& clock, Logger& log, bool is_new) {
    for (const IndexDefinition& index : schema->missing_indexes(db)) {
      const auto start = clock.steady_now();
      db.exec(index.create_statement());
      const std::chrono::duration<double> taken = clock.steady_now() - start;
      if (is_new) continue;
      log.info("index created",
               {{"index", index.name}, {"table", index.table}, {"seconds", taken.count()}});
    }
  }

  const std::filesystem::path path;
  /// Opened first and closed last, so that the end of the daemon leaves no WAL behind: the last
  /// connection to close empties it, and one that only reads cannot.
  SQLite::Database db;
  std::optional<Schema> schema;
  // The watch outlives the writer, which rings it; the readers go first.
  std::optional<ChangeWatch> changes;
  std::optional<WriteQueue> writes;
  std::optional<ReadPool> reads;
};

Registry::Registry(const Options& options, const Clock& clock, Logger& log) {
  try {
    impl_ = std::make_unique<Impl>(options, clock, log);
  } catch (const SQLite::Exception& failure) {
    std::throw_with_nested(to_error(failure));
  }
}

Registry::~Registry() = default;

ReadPool& Registry::reads() { return *impl_->reads; }
WriteQueue& Registry::writes() { return *impl_->writes; }
ChangeWatch& Registry::changes() { return *impl_->changes; }
const Schema& Registry::schema() const { return *impl_->schema; }
const std::filesystem::path& Registry::path() const { return impl_->path; }

}  // namespace replay::registry
