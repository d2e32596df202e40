#pragma once

#include <optional>
#include <span>
#include <variant>

#include "alerting/expression.h"
#include "alerting/history.h"
#include "alerting/sample.h"
#include "base/time.h"

namespace replay::alerting {

using Value = std::variant<double, Vector>;

/// What the expression is at that instant, as Prometheus 2.42 computes it. Pure.
///
/// No two samples of a vector have the same labels but for the metric's name, in each step: a
/// selector names one metric, `or` takes no second one, and the parser refuses to group by the
/// name. So Prometheus' errors about several matches cannot occur here.
[[nodiscard]] Value evaluate(const Expression& expression, const History& history, Instant now);

// Its parts.

/// The function over the samples of one series in the range [from, to]; nullopt where there are too
/// few of them.
[[nodiscard]] std::optional<double> over_range(RangeCall::Function function,
                                               std::span<const History::Point> points, Instant from,
                                               Instant to);

/// nullopt: a comparison that does not hold.
[[nodiscard]] std::optional<double> combined(Binary::Operator op, double left, double right);
[[nodiscard]] Vector combined(Binary::Operator op, const Vector& left, const Vector& right);
[[nodiscard]] Vector combined(Binary::Operator op, const Vector& left, double right);
[[nodiscard]] Vector combined(Binary::Operator op, double left, const Vector& right);

[[nodiscard]] Vector aggregated(const Aggregation& aggregation, const Vector& of);

}  // namespace replay::alerting
