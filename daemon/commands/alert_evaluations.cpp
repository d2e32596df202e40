#include "commands/alert_evaluations.h"

#include <exception>
#include <stop_token>
#include <utility>

#include "alerting/alerting.h"
#include "base/error.h"
#include "base/log.h"
#include "collectors/scrape.h"
#include "commands/period.h"

namespace replay::commands {

AlertEvaluations::AlertEvaluations(alerting::Alerting& alerting, const collectors::Scrape& scrape,
                                   std::string address, Logger& log)
    : thread_(
          [&alerting, &scrape, address = std::move(address), &log](const std::stop_token& stop) {
            bool failing = false;
            do {
              try {
                alerting.evaluate(scrape.samples(), address);
                failing = false;
              } catch (const std::exception& error) {
                if (!failing) log.warn("alerts not evaluated", {{"reason", describe(error)}});
                failing = true;
              }
            } while (next_period(stop, alerting.interval()));
          }) {}

}  // namespace replay::commands
