#include "core/calibration.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "core/roc.h"
#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double chi_squared_p(double value, double freedom) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(freedom), std::max(0.0, value)));
}

/// Upper limits of all bins but the last.
std::vector<double> breaks_of(std::span<const double> probabilities, int bins, Bins kind) {
  std::vector<double> breaks;
  for (int b = 1; b < bins; ++b)
    breaks.push_back(kind == Bins::equal_width ? double(b) / bins : quantile(probabilities, double(b) / bins));
  return breaks;
}

/// Sums of the patients of one bin.
struct Sums {
  double patients = 0, probabilities = 0, events = 0;
};

/// In bins of equal width, where 0.1 belongs to the upper of its neighbours.
std::map<double, Sums> binned(std::span<const double> probabilities, std::span<const int> outcomes, int bins) {
  std::map<double, Sums> result;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    Sums& bin = result[std::min(bins - 1.0, std::floor(probabilities[i] * bins))];
    bin.patients += 1, bin.probabilities += probabilities[i], bin.events += outcomes[i];
  }
  return result;
}

double event_count(std::span<const int> outcomes) { return double(std::count(outcomes.begin(), outcomes.end(), 1)); }

/// The curve at `x`, linear between its points.
double interpolate(const Curve& curve, double x) {
  const auto upper = std::lower_bound(curve.x.begin(), curve.x.end(), x);
  const auto i = static_cast<std::size_t>(upper - curve.x.begin());
  if (upper == curve.x.end()) return curve.y.back();
  if (i == 0 || *upper == x) return curve.y[i];
  return curve.y[i - 1] + (curve.y[i] - curve.y[i - 1]) * (x - curve.x[i - 1]) / (curve.x[i] - curve.x[i - 1]);
}

/// Lowess of the outcomes at each distinct probability.
Curve smooth_calibration(std::span<const double> probabilities, std::span<const int> outcomes) {
  std::vector<double> x, y;
  for (const int i : detail::ascending(probabilities)) x.push_back(probabilities[i]), y.push_back(outcomes[i]);
  const Curve all = lowess(x, y);
  Curve curve;
  for (std::size_t i = 0; i < all.x.size(); ++i) {
    if (i == 0 || all.x[i] != all.x[i - 1]) curve.x.push_back(all.x[i]), curve.y.push_back(all.y[i]);
  }
  return curve;
}

/// -log likelihood of probabilities; those of 0 and 1 are left out.
double log_likelihood(std::span<const double> probabilities, std::span<const int> outcomes) {
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double p = probabilities[i];
    if (p > 0 && p < 1) sum += outcomes[i] == 1 ? std::log(p) : std::log1p(-p);
  }
  return sum;
}

void add_likelihood_figures(CalibrationFigures& f, std::span<const double> probabilities, std::span<const int> outcomes) {
  const double n = f.patients - f.slope.left_out, events = event_count(outcomes), share = events / f.patients;
  const double null = f.patients * (share * std::log(share) + (1 - share) * std::log1p(-share));
  const double here = log_likelihood(probabilities, outcomes);
  const double ratio = 2 * (here - null);
  f.log_loss = -here / n;
  f.nagelkerke_r2 = (1 - std::exp(-ratio / n)) / (1 - std::exp(2 * null / n));
  f.discrimination = (ratio - 1) / n;
  f.unreliability = (2 * (f.slope.log_likelihood - here) - 2) / n;
  f.quality = f.discrimination - f.unreliability;
  f.unreliability_p = std::isnan(f.unreliability) ? kNan : chi_squared_p(n * f.unreliability + 2, 2);
}

}  // namespace

double brier_score(std::span<const double> probabilities, std::span<const int> outcomes) {
  detail::check_scored(probabilities, outcomes);
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    sum += (probabilities[i] - outcomes[i]) * (probabilities[i] - outcomes[i]);
  }
  return outcomes.empty() ? kNan : sum / double(outcomes.size());
}

BrierParts brier_parts(std::span<const double> probabilities, std::span<const int> outcomes, int bins, Bins kind) {
  const double n = double(outcomes.size()), brier = brier_score(probabilities, outcomes);
  if (outcomes.empty()) return {kNan, kNan, kNan, kNan, kNan, kNan, 0};
  const double share = event_count(outcomes) / n, uncertainty = share * (1 - share);
  const std::vector<double> breaks = breaks_of(probabilities, kind == Bins::quantile ? bins : 0, kind);
  std::map<double, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double p = probabilities[i];
    const auto above = double(std::lower_bound(breaks.begin(), breaks.end(), p) - breaks.begin());
    groups[bins == 0 ? p : kind == Bins::quantile ? above : std::min(bins - 1.0, std::floor(p * bins))].push_back(i);
  }
  double reliability = 0, resolution = 0, within = 0;
  for (const auto& [key, members] : groups) {
    const double patients = double(members.size());
    double here = 0, mean = 0;
    for (const std::size_t i : members) here += outcomes[i] / patients, mean += probabilities[i] / patients;
    reliability += patients * (mean - here) * (mean - here) / n;
    resolution += patients * (here - share) * (here - share) / n;
    for (const std::size_t i : members) {
      const double above = probabilities[i] - mean;
      within += (above * above - 2 * above * (outcomes[i] - here)) / n;
    }
  }
  return {brier, reliability, resolution, uncertainty, within, uncertainty > 0 ? 1 - brier / uncertainty : kNan,
          static_cast<int>(groups.size())};
}

HosmerLemeshow hosmer_lemeshow(std::span<const double> probabilities, std::span<const int> outcomes, int groups) {
  detail::check_scored(probabilities, outcomes);
  HosmerLemeshow result{kNan, kNan, kNan, {}};
  if (outcomes.empty()) return result;
  std::vector<double> breaks;
  for (int g = 0; g <= groups; ++g) breaks.push_back(quantile(probabilities, double(g) / groups));
  breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
  if (breaks.size() < 2) return result;
  for (std::size_t g = 0; g + 1 < breaks.size(); ++g) result.groups.push_back({breaks[g], breaks[g + 1], 0, 0, 0});
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto upper = std::lower_bound(breaks.begin() + 1, breaks.end() - 1, probabilities[i]);
    auto& group = result.groups[static_cast<std::size_t>(upper - breaks.begin()) - 1];
    group.patients += 1, group.events += outcomes[i], group.expected += probabilities[i];
  }
  if (result.groups.size() < 3) return result;
  double sum = 0;
  for (const auto& g : result.groups) {
    const double excess = g.events - g.expected;
    if (g.patients > 0) sum += excess * excess / g.expected + excess * excess / (g.patients - g.expected);
  }
  result.degrees_of_freedom = double(result.groups.size()) - 2;
  if (!std::isfinite(sum)) return result;  // a group of certain probabilities
  result.chi_squared = sum;
  result.p = chi_squared_p(sum, result.degrees_of_freedom);
  return result;
}

ZTest spiegelhalter(std::span<const double> probabilities, std::span<const int> outcomes) {
  detail::check_scored(probabilities, outcomes);
  double sum = 0, variance = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double p = probabilities[i];
    sum += (outcomes[i] - p) * (1 - 2 * p);
    variance += (1 - 2 * p) * (1 - 2 * p) * p * (1 - p);
  }
  const double z = variance > 0 ? sum / std::sqrt(variance) : kNan;
  return {z, two_sided_p(z)};
}

CalibrationFigures calibration(std::span<const double> probabilities, std::span<const int> outcomes) {
  CalibrationFigures f{};
  f.patients = static_cast<int>(outcomes.size());
  f.events = static_cast<int>(event_count(outcomes));
  f.brier = brier_parts(probabilities, outcomes, 10, Bins::quantile);
  double expected = 0;
  for (const double p : probabilities) expected += p;
  f.observed_expected = expected > 0 ? f.events / expected : kNan;
  f.slope = calibration_slope(probabilities, outcomes);
  f.in_the_large = calibration_in_the_large(probabilities, outcomes);
  f.spiegelhalter = spiegelhalter(probabilities, outcomes);
  f.log_loss = f.nagelkerke_r2 = f.discrimination = f.unreliability = f.quality = f.unreliability_p = kNan;
  f.largest = f.ninetieth = f.average = f.expected_error = kNan;
  if (f.events == 0 || f.events == f.patients) return f;
  add_likelihood_figures(f, probabilities, outcomes);
  f.curve = smooth_calibration(probabilities, outcomes);
  std::vector<double> errors;
  for (const double p : probabilities) errors.push_back(std::abs(interpolate(f.curve, p) - p));
  f.largest = *std::max_element(errors.begin(), errors.end());
  f.ninetieth = quantile(errors, 0.9);
  f.average = moments(errors).mean;
  f.expected_error = 0;
  for (const auto& [key, bin] : binned(probabilities, outcomes, 10)) {
    f.expected_error += std::abs(bin.probabilities - bin.events) / f.patients;
  }
  return f;
}

std::vector<CalibrationBin> calibration_bins(std::span<const double> probabilities, std::span<const int> outcomes,
                                             int bins, Bins kind) {
  detail::check_scored(probabilities, outcomes);
  const std::vector<double> breaks = breaks_of(probabilities, bins, kind);
  std::vector<Sums> sums(breaks.size() + 1);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto above = std::lower_bound(breaks.begin(), breaks.end(), probabilities[i]) - breaks.begin();
    Sums& bin = sums[static_cast<std::size_t>(above)];
    bin.patients += 1, bin.probabilities += probabilities[i], bin.events += outcomes[i];
  }
  std::vector<CalibrationBin> result;
  for (const Sums& bin : sums) {
    if (bin.patients > 0) {
      result.push_back({bin.probabilities / bin.patients, bin.events / bin.patients, static_cast<int>(bin.patients)});
    }
  }
  return result;
}

}  // namespace radiopath
