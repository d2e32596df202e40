#include "alerting/alertmanager_client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

namespace replay::alerting {
namespace {

/// As many alerts as Prometheus keeps, and sends at once.
constexpr std::size_t kQueueLimit = 10'000;
constexpr std::size_t kBatch = 64;

constexpr std::chrono::milliseconds kConnectTimeout{5'000};
constexpr std::chrono::milliseconds kTimeout{10'000};
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{30};

json::object to_json(const auto& texts) {
  json::object object;
  for (const auto& [name, text] : texts) object[name] = text;
  return object;
}

/// What is sent is at fault, and stays so. Any other answer may come of what stands between.
bool is_final(long status) {
  constexpr long kBadRequest = 400;
  constexpr long kTooLarge = 413;
  return status == kBadRequest || status == kTooLarge;
}

std::size_t ignore_answer(char* /*bytes*/, std::size_t size, std::size_t count, void* /*unused*/) {
  return size * count;
}

/// Ends a transfer that is under way when the daemon stops; curl asks at least once a second.
int stop_transfer(void* stop, curl_off_t /*t*/, curl_off_t /*n*/, curl_off_t /*u*/,
                  curl_off_t /*v*/) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

struct AlertmanagerClient::Connection {
  Connection(const std::string& base_url, std::stop_token stop_token)
      : stop(std::move(stop_token)) {
    if (curl == nullptr || headers == nullptr) throw std::bad_alloc();
    const std::string url = base_url + "/api/v2/alerts";
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    // A stop does not wait for a name that is being looked up.
    curl_easy_setopt(curl.get(), CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(kConnectTimeout.count()));
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(kTimeout.count()));
    curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, error.data());
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, ignore_answer);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, stop_transfer);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &stop);
  }

  struct Outcome {
    std::string error;  ///< "": delivered
    bool final = false;
  };

  Outcome post(const std::string& body) {
    error[0] = '\0';
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    const CURLcode result = curl_easy_perform(curl.get());
    if (result != CURLE_OK) return {error[0] != '\0' ? error.data() : curl_easy_strerror(result)};
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return {};
    return {"it answered " + std::to_string(status), is_final(status)};
  }

  std::stop_token stop;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{
      curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all};
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{curl_easy_init(), &curl_easy_cleanup};
};

AlertmanagerClient::AlertmanagerClient(std::string base_url, const Clock& clock, Logger& log)
    : url_(std::move(base_url)), clock_(clock), log_(log), queue_(kQueueLimit) {
  status_.alertmanager = url_;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

AlertmanagerClient::~AlertmanagerClient() = default;

void AlertmanagerClient::stop() { thread_.request_stop(); }

void AlertmanagerClient::send(const std::vector<Notification>& notifications,
                              const std::string& generator_url) {
  const MutexLock lock(mutex_);
  generator_url_ = generator_url;
  for (const Notification& notification : notifications) {
    if (queue_.put(notification)) continue;
    if (++status_.dropped == 1) {
      log_.error("alerts for an alertmanager are dropped: too many wait for it", {{"url", url_}});
    }
  }
  changed_.notify_one();
}

DeliveryStatus AlertmanagerClient::status() const {
  const MutexLock lock(mutex_);
  DeliveryStatus status = status_;
  status.queued = queue_.size();
  return status;
}

void AlertmanagerClient::run(const std::stop_token& stop) {
  Connection connection(url_, stop);
  std::chrono::seconds pause = kFirstPause;
  while (!stop.stop_requested()) {
    std::vector<Notification> batch;
    {
      MutexLock lock(mutex_);
      changed_.wait(lock, stop, [this]() REQUIRES_LOCK(mutex_) { return queue_.size() != 0; });
      batch = queue_.first(kBatch);
    }
    if (batch.empty() || deliver(connection, batch)) {
      pause = kFirstPause;
      continue;
    }
    MutexLock lock(mutex_);
    changed_.wait_for(lock, stop, pause, [] { return false; });
    pause = std::min(2 * pause, kLongestPause);
  }
}

bool AlertmanagerClient::deliver(Connection& connection, const std::vector<Notification>& batch) {
  std::string generator_url;
  {
    const MutexLock lock(mutex_);
    generator_url = generator_url_;
  }
  const Connection::Outcome outcome = connection.post(alerts_body(batch, generator_url));
  if (connection.stop.stop_requested()) return true;
  bool news = false;
  {
    const MutexLock lock(mutex_);
    news = status_.last_error.empty() != outcome.error.empty();
    status_.last_error = outcome.error;
    status_.attempted += batch.size();
    if (outcome.error.empty()) {
      status_.last_delivery = clock_.now();
    } else {
      status_.failed += batch.size();
      if (outcome.final) status_.dropped += batch.size();
    }
    if (outcome.error.empty() || outcome.final) queue_.remove(batch);
  }
  if (news && outcome.error.empty()) log_.info("alertmanager takes alerts again", {{"url", url_}});
  if (news && !outcome.error.empty()) {
    log_.warn(outcome.final ? "alertmanager refuses alerts; they are dropped"
                            : "alertmanager does not take alerts; they are kept and sent again",
              {{"url", url_}, {"reason", outcome.error}});
  }
  return outcome.error.empty() || outcome.final;
}

std::string alerts_body(const std::vector<Notification>& notifications,
                        const std::string& generator_url) {
  json::array alerts;
  for (const Notification& notification : notifications) {
    json::object alert{{"labels", to_json(notification.labels)},
                       {"annotations", to_json(notification.annotations)},
                       {"startsAt", format_instant(notification.starts_at)},
                       {"endsAt", format_instant(notification.ends_at)}};
    if (!generator_url.empty()) alert["generatorURL"] = generator_url;
    alerts.push_back(std::move(alert));
  }
  return to_text(alerts);
}

}  // namespace replay::alerting
