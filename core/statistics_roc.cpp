#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "core/statistics.h"
#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<int> ascending(std::span<const double> values) {
  std::vector<int> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    const double left = values[static_cast<std::size_t>(a)];
    const double right = values[static_cast<std::size_t>(b)];
    return left < right || (left == right && a < b);
  });
  return order;
}

/// Halfway between neighbouring scores, below the upper one even where doubles leave no room between them.
double between(double low, double high) {
  const double middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

}  // namespace

void detail::check_scored(std::span<const double> scores, std::span<const int> outcomes) {
  if (scores.size() != outcomes.size()) throw std::logic_error("scores and outcomes differ in length");
  for (const double score : scores) {
    if (std::isnan(score)) throw std::logic_error("a score is NaN: choose the patients a model scores first");
  }
  for (const int outcome : outcomes) {
    if (outcome != 0 && outcome != 1) throw std::logic_error("an outcome is neither 0 nor 1");
  }
}

std::vector<double> midranks(std::span<const double> values) {
  const std::vector<int> order = ascending(values);
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = double(first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}

double auc(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  const std::vector<double> ranks = midranks(scores);
  double rank_sum = 0, events = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (outcomes[i] == 1) rank_sum += ranks[i], events += 1;
  }
  const double non_events = double(scores.size()) - events;
  if (events == 0 || non_events == 0) return kNan;
  return (rank_sum - events * (events + 1) / 2) / (events * non_events);
}

Placements placements(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  std::vector<double> of_events, of_non_events;
  for (std::size_t i = 0; i < scores.size(); ++i) (outcomes[i] ? of_events : of_non_events).push_back(scores[i]);
  const double m = double(of_events.size()), n = double(of_non_events.size());
  const auto all = midranks(scores), among_events = midranks(of_events), among_non_events = midranks(of_non_events);
  Placements result;
  for (std::size_t i = 0, event = 0, other = 0; i < scores.size(); ++i) {
    if (outcomes[i] == 1) {
      result.events.push_back((all[i] - among_events[event++]) / n);
    } else {
      result.non_events.push_back(1 - (all[i] - among_non_events[other++]) / m);
    }
  }
  result.auc = of_events.empty() || of_non_events.empty() ? kNan : auc(scores, outcomes);
  return result;
}

AucDelong auc_delong(const Placements& p) {
  const double variance =
      moments(p.events).variance / double(p.events.size()) +
      moments(p.non_events).variance / double(p.non_events.size());
  const double error = std::isnan(p.auc) ? kNan : std::sqrt(variance);
  const double reach = normal_quantile(0.975) * error;
  Interval interval{kNan, kNan};
  if (!std::isnan(reach)) interval = {std::max(0.0, p.auc - reach), std::min(1.0, p.auc + reach)};
  return {p.auc, error, interval, static_cast<int>(p.events.size()), static_cast<int>(p.non_events.size())};
}

AucDelong auc_delong(std::span<const double> scores, std::span<const int> outcomes) {
  return auc_delong(placements(scores, outcomes));
}

DelongTest delong_test(const Placements& first, const Placements& second) {
  if (first.events.size() != second.events.size() || first.non_events.size() != second.non_events.size()) {
    throw std::logic_error("a paired test needs both models on the same patients");
  }
  const auto variance_of_difference = [](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> difference(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
    return moments(difference).variance / double(a.size());
  };
  const double difference = first.auc - second.auc;
  const double error = std::sqrt(variance_of_difference(first.events, second.events) +
                                 variance_of_difference(first.non_events, second.non_events));
  const double z = error > 0 ? difference / error : (error == 0 && difference == 0 ? 0 : kNan);
  const double reach = normal_quantile(0.975) * error;
  return {difference, error, z, two_sided_p(z), {difference - reach, difference + reach}};
}

DelongTest delong_test(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes) {
  return delong_test(placements(first, outcomes), placements(second, outcomes));
}

std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  const std::vector<int> order = ascending(scores);
  const double events = double(std::count(outcomes.begin(), outcomes.end(), 1));
  const double non_events = double(outcomes.size()) - events;
  std::vector<RocPoint> points;
  double true_positives = 0, false_positives = 0;
  const auto add = [&](double threshold) {
    points.push_back({threshold, events > 0 ? true_positives / events : kNan,
                      non_events > 0 ? (non_events - false_positives) / non_events : kNan});
  };
  add(kInfinity);
  for (std::size_t i = order.size(); i-- > 0;) {
    (outcomes[order[i]] == 1 ? true_positives : false_positives) += 1;
    if (i == 0) {
      add(-kInfinity);
    } else if (scores[order[i - 1]] < scores[order[i]]) {
      add(between(scores[order[i - 1]], scores[order[i]]));
    }
  }
  return points;
}

double youden_threshold(std::span<const double> scores, std::span<const int> outcomes) {
  const std::vector<RocPoint> curve = roc_curve(scores, outcomes);
  double best = 0;
  double threshold = scores.empty() ? kNan : *std::max_element(scores.begin(), scores.end());
  for (const RocPoint& point : curve) {
    const double youden = point.sensitivity + point.specificity - 1;
    if (std::isnan(youden)) return kNan;
    // Sums of the same two shares differ in the last bit: equal ones must not be told apart by that.
    if (std::isfinite(point.threshold) && youden > best + 1e-12) best = youden, threshold = point.threshold;
  }
  return threshold;
}

ThresholdMetrics threshold_metrics(std::span<const double> scores, std::span<const int> outcomes, double threshold) {
  detail::check_scored(scores, outcomes);
  if (std::isnan(threshold)) throw std::logic_error("a threshold is NaN");
  ThresholdMetrics result{.threshold = threshold, .tp = 0, .fp = 0, .tn = 0, .fn = 0, .accuracy = {},
                          .sensitivity = {}, .specificity = {}, .ppv = {}, .npv = {}};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool positive = scores[i] > threshold;
    ++(outcomes[i] == 1 ? (positive ? result.tp : result.fn) : (positive ? result.fp : result.tn));
  }
  result.accuracy = proportion(result.tp + result.tn, static_cast<int>(scores.size()));
  result.sensitivity = proportion(result.tp, result.tp + result.fn);
  result.specificity = proportion(result.tn, result.tn + result.fp);
  result.ppv = proportion(result.tp, result.tp + result.fp);
  result.npv = proportion(result.tn, result.tn + result.fn);
  return result;
}

}  // namespace radiopath
