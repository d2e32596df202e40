#include "supervisor/inbox.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/mutex.h"
#include "registry/write_queue.h"

namespace replay::supervisor {
namespace {

/// Events of one transaction: a request of 10,000 must not keep other processes from the registry
/// for seconds. Each part is on disk before the next begins, so a client that sees a request fail
/// half-way and sends it again finds duplicates.
constexpr std::size_t kEventsPerTransaction = 500;

std::vector<std::vector<IncomingEvent>> in_parts(std::vector<Event> events) {
  std::vector<std::vector<IncomingEvent>> parts;
  for (Event& event : events) {
    if (parts.empty() || parts.back().size() == kEventsPerTransaction) parts.emplace_back();
    NewTask task = event.type == kTaskCreated ? NewTask::from_payload(event.payload) : NewTask{};
    parts.back().push_back({std::move(event), std::move(task)});
  }
  return parts;
}

}  // namespace

struct Inbox::Impl {
  void count(const std::vector<Intake>& outcomes) {
    const auto of = [&outcomes](Intake kind) {
      return static_cast<std::uint64_t>(std::count(outcomes.begin(), outcomes.end(), kind));
    };
    const MutexLock lock(mutex);
    stats.accepted += of(Intake::accepted);
    stats.duplicates += of(Intake::duplicate);
    stats.rejected += of(Intake::unknown_task);
  }

  void count_refused() {
    const MutexLock lock(mutex);
    ++stats.refused;
  }

  registry::WriteQueue& writes;
  const Clock& clock;
  const std::uint64_t max_backlog;

  mutable Mutex mutex{};
  InboxStats stats GUARDED_BY(mutex){};
};

Inbox::Inbox(registry::WriteQueue& writes, const Clock& clock, std::uint64_t max_backlog)
    : impl_(new Impl{writes, clock, max_backlog}) {}

Inbox::~Inbox() = default;

boost::asio::awaitable<std::vector<Intake>> Inbox::accept(std::vector<Event> events) {
  std::vector<Intake> outcomes;
  std::vector<std::vector<IncomingEvent>> parts = in_parts(std::move(events));
  for (std::vector<IncomingEvent>& part : parts) {
    auto job = [part = std::move(part), now = impl_->clock.now(), backlog = impl_->max_backlog](
                   registry::WriteTransaction& tx) { return tx.accept(part, now, backlog); };
    try {
      const std::vector<Intake> accepted = co_await impl_->writes.write(std::move(job));
      outcomes.insert(outcomes.end(), accepted.begin(), accepted.end());
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::busy) impl_->count_refused();
      throw;
    }
  }
  impl_->count(outcomes);
  co_return outcomes;
}

InboxStats Inbox::stats() const {
  const MutexLock lock(impl_->mutex);
  return impl_->stats;
}

}  // namespace replay::supervisor
