#include "core/decision_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Each patient's part of the net benefit.
std::vector<double> contributions(std::span<const double> probabilities, std::span<const int> outcomes, double threshold) {
  detail::check_scored(probabilities, outcomes);
  if (!(threshold >= 0 && threshold < 1)) throw std::logic_error("a decision threshold lies in [0, 1)");
  const double least = std::max(threshold, std::numeric_limits<double>::min()), harm = threshold / (1 - threshold);
  std::vector<double> parts(outcomes.size(), 0.0);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (probabilities[i] >= least) parts[i] = outcomes[i] == 1 ? 1 : -harm;
  }
  return parts;
}

}  // namespace

NetBenefit net_benefit(std::span<const double> probabilities, std::span<const int> outcomes, double threshold) {
  const std::vector<double> parts = contributions(probabilities, outcomes, threshold);
  const double n = double(parts.size());
  double hits = 0, alarms = 0, events = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool positive = probabilities[i] >= std::max(threshold, std::numeric_limits<double>::min());
    hits += positive && outcomes[i] == 1, alarms += positive && outcomes[i] == 0, events += outcomes[i];
  }
  const double harm = threshold / (1 - threshold), value = (hits - alarms * harm) / n;
  const double error = std::sqrt(moments(parts).variance / n), all = (events - (n - events) * harm) / n;
  return {threshold, hits / n, alarms / n, value, error, normal_interval(value, error),
          harm > 0 ? (value - all) / harm : kNan};
}

NetBenefit treat_all(std::span<const int> outcomes, double threshold) {
  return net_benefit(std::vector<double>(outcomes.size(), 1.0), outcomes, threshold);
}

NetBenefitDifference net_benefit_difference(std::span<const double> first, std::span<const double> second,
                                            std::span<const int> outcomes, double threshold) {
  const std::vector<double> before = contributions(first, outcomes, threshold);
  std::vector<double> change = contributions(second, outcomes, threshold);
  for (std::size_t i = 0; i < change.size(); ++i) change[i] -= before[i];
  const Moments m = moments(change);
  const double error = std::sqrt(m.variance / m.count);
  const double z = error > 0 ? m.mean / error : (m.mean == 0 ? 0 : kNan);
  return {threshold, m.mean, error, z, two_sided_p(z), normal_interval(m.mean, error)};
}

std::vector<NetBenefit> decision_curve(std::span<const double> probabilities, std::span<const int> outcomes,
                                       std::span<const double> thresholds) {
  std::vector<NetBenefit> curve;
  for (const double threshold : thresholds) curve.push_back(net_benefit(probabilities, outcomes, threshold));
  return curve;
}

}  // namespace radiopath
