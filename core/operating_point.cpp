#include "core/operating_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/roc.h"
#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The threshold with the largest `worth` (NaN: undefined), the highest of equal ones; the largest score, with nobody
/// positive, when it is as good as any.
template <class Worth>
double best_threshold(std::span<const double> scores, std::span<const int> outcomes, Worth worth) {
  const std::vector<RocPoint> curve = roc_curve(scores, outcomes);
  double best = worth(curve.front());
  double threshold = scores.empty() ? kNan : *std::max_element(scores.begin(), scores.end());
  for (const RocPoint& point : curve) {
    const double value = worth(point);
    if (std::isnan(value)) return kNan;
    // Sums of the same two shares differ in the last bit: equal ones must not be told apart by that.
    if (std::isfinite(point.threshold) && value > best + 1e-12) best = value, threshold = point.threshold;
  }
  return threshold;
}

/// The ends of the curve as thresholds that can be written down: the largest score, or just below the smallest.
double within_reach(double threshold, std::span<const double> scores) {
  if (!std::isinf(threshold) || scores.empty()) return threshold;
  const auto [smallest, largest] = std::minmax_element(scores.begin(), scores.end());
  return threshold > 0 ? *largest : std::nextafter(*smallest, -std::numeric_limits<double>::infinity());
}

DiagnosticRatios::Ratio log_normal(double value, double log_error) {
  const double reach = std::exp(normal_quantile(0.975) * log_error);
  if (!std::isfinite(value) || !std::isfinite(reach)) return {std::isfinite(value) ? value : kNan, {kNan, kNan}};
  return {value, {value / reach, value * reach}};
}

}  // namespace

double youden_threshold(std::span<const double> scores, std::span<const int> outcomes) {
  return best_threshold(scores, outcomes, [](const RocPoint& p) { return p.sensitivity + p.specificity - 1; });
}

double top_left_threshold(std::span<const double> scores, std::span<const int> outcomes) {
  return best_threshold(scores, outcomes, [](const RocPoint& p) {
    return -((1 - p.sensitivity) * (1 - p.sensitivity) + (1 - p.specificity) * (1 - p.specificity));
  });
}

double threshold_by_cost(std::span<const double> scores, std::span<const int> outcomes, double missed) {
  const double events = double(std::count(outcomes.begin(), outcomes.end(), 1));
  const double others = double(outcomes.size()) - events;
  return best_threshold(scores, outcomes, [&](const RocPoint& p) {
    return -(missed * events * (1 - p.sensitivity) + others * (1 - p.specificity)) / double(outcomes.size());
  });
}

double threshold_at_sensitivity(std::span<const double> scores, std::span<const int> outcomes, double sensitivity) {
  for (const RocPoint& point : roc_curve(scores, outcomes)) {
    if (std::isnan(point.sensitivity)) return kNan;
    if (point.sensitivity >= sensitivity - 1e-12) return within_reach(point.threshold, scores);
  }
  return kNan;
}

double threshold_at_specificity(std::span<const double> scores, std::span<const int> outcomes, double specificity) {
  double lowest = kNan;
  for (const RocPoint& point : roc_curve(scores, outcomes)) {
    if (std::isnan(point.specificity)) return kNan;
    if (point.specificity >= specificity - 1e-12) lowest = point.threshold;
  }
  return within_reach(lowest, scores);
}

double threshold_by(ThresholdRule rule, double value, std::span<const double> scores, std::span<const int> outcomes) {
  switch (rule) {
    case ThresholdRule::youden:
      return youden_threshold(scores, outcomes);
    case ThresholdRule::sensitivity:
      return threshold_at_sensitivity(scores, outcomes, value);
    case ThresholdRule::specificity:
      return threshold_at_specificity(scores, outcomes, value);
    case ThresholdRule::cost:
      return threshold_by_cost(scores, outcomes, value);
  }
  throw std::logic_error("unknown ThresholdRule");
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

DiagnosticRatios diagnostic_ratios(const ThresholdMetrics& table) {
  const double tp = table.tp, fp = table.fp, tn = table.tn, fn = table.fn, n = tp + fp + tn + fn;
  const double events = tp + fn, others = tn + fp, sensitivity = tp / events, specificity = tn / others;
  const Interval low_high = clopper_pearson(table.tp, table.tp + table.fn);
  const Interval other = clopper_pearson(table.tn, table.tn + table.fp);
  const double agreed = (tp + tn) / n, by_chance = ((tp + fp) * events + (tn + fn) * others) / (n * n);
  return {.positive_likelihood = log_normal(sensitivity / (1 - specificity), std::sqrt(fn / (events * tp) + tn / (others * fp))),
          .negative_likelihood = log_normal((1 - sensitivity) / specificity, std::sqrt(tp / (events * fn) + fp / (others * tn))),
          .diagnostic_odds = log_normal(tp * tn / (fp * fn), std::sqrt(1 / tp + 1 / fp + 1 / tn + 1 / fn)),
          .youden = {sensitivity + specificity - 1, {low_high.lower + other.lower - 1, low_high.upper + other.upper - 1}},
          .kappa = by_chance < 1 ? (agreed - by_chance) / (1 - by_chance) : kNan};
}

}  // namespace radiopath
