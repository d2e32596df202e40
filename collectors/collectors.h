#pragma once

#include <memory>

#include <prometheus/collectable.h>

namespace replay {
class Clock;
}
namespace replay::alerting {
class Alerting;
}
namespace replay::http {
class Server;
}
namespace replay::registry {
class Registry;
class Vitals;
}  // namespace replay::registry
namespace replay::summary {
class LiveQuantiles;
class Summarizer;
}  // namespace replay::summary
namespace replay::supervisor {
class Inbox;
class Supervisor;
}  // namespace replay::supervisor

namespace replay::collectors {

class DecisionCounters;
class HttpCounters;
class ReloadStatus;
class WindowLags;

using Collector = std::unique_ptr<prometheus::Collectable>;

// One factory per file. Each copies published state into families: never SQL, never a task id as a
// label. What is passed outlives the collector. Collect() may be called from any thread.
Collector runbook(const registry::Vitals& vitals, const summary::LiveQuantiles& lag,
                  const HttpCounters& http);
Collector decisions(const DecisionCounters& counters, const WindowLags& windows);
Collector supervisor(const supervisor::Supervisor& supervisor);
/// The one counter of losses is there whoever decides; null: AgentOS's own supervisor does.
Collector losses(const supervisor::Supervisor* supervisor);
Collector policy(const supervisor::Supervisor& supervisor);
Collector inbox(const registry::Vitals& vitals, const supervisor::Inbox& inbox, const Clock& clock);
Collector blocked(const registry::Vitals& vitals, const WindowLags& windows);
Collector summaries(const registry::Vitals& vitals, const summary::Summarizer& summarizer,
                    const Clock& clock);
Collector registry(const registry::Vitals& vitals, registry::Registry& registry,
                   const Clock& clock);
Collector integrity(const registry::Vitals& vitals);
Collector http(const HttpCounters& counters, const http::Server& server);
Collector reload(const ReloadStatus& status);
Collector alerts(const alerting::Alerting& alerting);
Collector artifacts();
Collector build_info();
Collector process();

}  // namespace replay::collectors
