#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "alerting/evaluate.h"

namespace replay::alerting {
namespace {

using enum Binary::Operator;

/// Arithmetic makes something else of a metric; a comparison leaves it what it is.
Labels result_labels(Binary::Operator op, const Labels& labels) {
  return is_comparison(op) ? labels : without_name(labels);
}

std::set<Labels> signatures(const Vector& vector) {
  std::set<Labels> found;
  for (const Sample& sample : vector) found.insert(without_name(sample.labels));
  return found;
}

Vector set_operation(Binary::Operator op, const Vector& left, const Vector& right) {
  Vector result;
  const std::set<Labels> others = signatures(op == either ? left : right);
  if (op == either) result = left;
  for (const Sample& sample : op == either ? right : left) {
    if (others.contains(without_name(sample.labels)) == (op == both)) result.push_back(sample);
  }
  return result;
}

}  // namespace

std::optional<double> combined(Binary::Operator op, double left, double right) {
  const auto if_holds = [left](bool holds) { return holds ? std::optional(left) : std::nullopt; };
  switch (op) {
    case add:
      return left + right;
    case subtract:
      return left - right;
    case multiply:
      return left * right;
    case divide:
      return left / right;
    case equal:
      return if_holds(left == right);
    case not_equal:
      return if_holds(left != right);
    case greater:
      return if_holds(left > right);
    case less:
      return if_holds(left < right);
    case greater_or_equal:
      return if_holds(left >= right);
    case less_or_equal:
      return if_holds(left <= right);
    case both:
    case either:
    case unless:
      break;
  }
  return std::nullopt;
}

Vector combined(Binary::Operator op, const Vector& left, const Vector& right) {
  if (is_set_operator(op)) return set_operation(op, left, right);
  std::map<Labels, double> partners;
  for (const Sample& sample : right) partners.emplace(without_name(sample.labels), sample.value);
  Vector result;
  for (const Sample& sample : left) {
    const auto partner = partners.find(without_name(sample.labels));
    if (partner == partners.end()) continue;
    if (const auto value = combined(op, sample.value, partner->second)) {
      result.push_back({result_labels(op, sample.labels), *value});
    }
  }
  return result;
}

Vector combined(Binary::Operator op, const Vector& left, double right) {
  Vector result;
  for (const Sample& sample : left) {
    if (const auto value = combined(op, sample.value, right)) {
      result.push_back({result_labels(op, sample.labels), *value});
    }
  }
  return result;
}

Vector combined(Binary::Operator op, double left, const Vector& right) {
  Vector result;
  for (const Sample& sample : right) {
    if (const auto value = combined(op, left, sample.value)) {
      // What a comparison keeps is the vector's value, on whichever side it stands.
      result.push_back(
          {result_labels(op, sample.labels), is_comparison(op) ? sample.value : *value});
    }
  }
  return result;
}

Vector aggregated(const Aggregation& aggregation, const Vector& of) {
  std::map<Labels, double> groups;
  for (const Sample& sample : of) {
    Labels group;
    for (const auto& [name, value] : sample.labels) {
      const bool named = aggregation.labels.contains(name);
      if (aggregation.without ? !named && name != kMetricName : named) group.emplace(name, value);
    }
    const bool counting = aggregation.op == Aggregation::Operator::count;
    const auto [entry, first] = groups.emplace(std::move(group), counting ? 1 : sample.value);
    if (first) continue;
    double& total = entry->second;
    switch (aggregation.op) {
      case Aggregation::Operator::sum:
        total += sample.value;
        break;
      case Aggregation::Operator::count:
        total += 1;
        break;
      case Aggregation::Operator::max:
        if (total < sample.value || std::isnan(total)) total = sample.value;
        break;
      case Aggregation::Operator::min:
        if (total > sample.value || std::isnan(total)) total = sample.value;
        break;
    }
  }
  Vector result;
  for (const auto& [labels, value] : groups) result.push_back({labels, value});
  return result;
}

}  // namespace replay::alerting
