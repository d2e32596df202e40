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
  const InboxOptions options;

  mutable Mutex mutex{};
  InboxStats stats GUARDED_BY(mutex){};
};

Inbox::Inbox(registry::WriteQueue& writes, const Clock& clock, const InboxOptions& options)
    : impl_(new Impl{writes, clock, options}) {}

Inbox::~Inbox() = default;

boost::asio::awaitable<std::vector<Intake>> Inbox::accept(std::vector<Event> events) {
  std::vector<Intake> outcomes;
  std::vector<std::vector<IncomingEvent>> parts = in_parts(std::move(events));
  for (std::vector<IncomingEvent>& part : parts) {
    auto job = [part = std::move(part), now = impl_->clock.now(),
                options = impl_->options](registry::WriteTransaction& tx) {
      const std::vector<Intake> intake = tx.accept(part, now, options.max_backlog);
      if (options.keep_event_times) tx.keep_event_times(part, intake, now);
      return intake;
    };
    try {
      const std::vector<Intake> some = co_await impl_->writes.write(std::move(job));
      impl_->count(some);
      outcomes.insert(outcomes.end(), some.begin(), some.end());
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::busy) impl_->count_refused();
      if (outcomes.empty()) throw;
      throw Error(
          error.kind(),
          std::string(error.what()) + " The first " + std::to_string(outcomes.size()) +
              " events of the request are on disk; send it again, they will count as duplicates.",
          error.retry_after());
    }
  }
  co_return outcomes;
}

InboxStats Inbox::stats() const {
  const MutexLock lock(impl_->mutex);
  return impl_->stats;
}

}  // namespace replay::supervisor
