#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/answers.h"
#include "api/api.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "registry/read_pool.h"

namespace replay::api {
namespace {

/// The last check, shared by everybody for a second: it looks at much of the registry, and a
/// dashboard open in ten browsers must not run it ten times at once.
class SharedCheck {
 public:
  /// Either the check to answer with, or the turn to make one, which ends when the token is gone.
  struct Turn {
    std::optional<Integrity> last;
    std::shared_ptr<void> token;
  };

  Turn begin(Instant now) {
    const MutexLock lock(mutex_);
    if (last_ && (!turn_.expired() || now - last_->checked_at < kShared)) return {last_, nullptr};
    auto token = std::make_shared<char>();
    turn_ = token;
    return {std::nullopt, std::move(token)};
  }

  void finish(const Integrity& integrity) {
    const MutexLock lock(mutex_);
    last_ = integrity;
  }

 private:
  static constexpr Duration kShared = std::chrono::seconds{1};

  Mutex mutex_;
  std::optional<Integrity> last_ GUARDED_BY(mutex_);
  std::weak_ptr<void> turn_ GUARDED_BY(mutex_);
};

json::array names(const std::vector<std::string>& texts) {
  json::array names;
  for (const std::string& text : texts) names.emplace_back(text);
  return names;
}

/// {"task_audits": {"payload_not_json": 3, …}, "task_events": {…}}
json::object by_table(const FlawCounts& flaws) {
  json::object tables;
  for (const auto& [kind, rows] : flaws) {
    const char* table = kind.first == FlawedTable::audits ? "task_audits" : "task_events";
    json::value& counts = tables[table];
    if (counts.is_null()) counts.emplace_object();
    counts.get_object()[name_of(kind.second)] = rows;
  }
  return tables;
}

json::value to_json(const Integrity& integrity, const std::string& damage) {
  return {{"orphaned_audits", integrity.orphaned_audits},
          {"unreadable_payloads", integrity.count(Flaw::payload)},
          {"unreadable_timestamps", integrity.count(Flaw::timestamp)},
          {"flaws", by_table(integrity.flaws)},
          {"missing_indexes", names(integrity.missing_indexes)},
          {"harmful_indexes", names(integrity.harmful_indexes)},
          {"summary",
           {{"rows_behind", integrity.rows_behind},
            {"last_verified_at", or_null(integrity.last_verified_at)},
            {"drift", integrity.drift ? json::value(*integrity.drift) : json::value()}}},
          {"damage", damage.empty() ? json::value() : json::value(damage)},
          {"checked_at", format_instant(integrity.checked_at)}};
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): outlives the requests
boost::asio::awaitable<http::Response> answer(registry::ReadPool& reads,
                                              std::shared_ptr<SharedCheck> shared, Instant now) {
  const SharedCheck::Turn turn = shared->begin(now);
  if (turn.last) co_return json_answer(to_json(*turn.last, reads.stats().damage));
  const auto query = [now](const registry::ReadView& view) { return view.integrity(now); };
  const Integrity integrity = co_await reads.read(query);
  shared->finish(integrity);
  co_return json_answer(to_json(integrity, reads.stats().damage));
}

}  // namespace

http::Handler integrity(const Services& services) {
  return [&reads = services.reads, &clock = services.clock,
          shared = std::make_shared<SharedCheck>()](const http::Request& /*request*/) {
    return answer(reads, shared, clock.now());
  };
}

}  // namespace replay::api
