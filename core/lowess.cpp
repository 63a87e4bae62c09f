#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/calibration.h"

namespace radiopath {
namespace {

/// Tricube-weighted linear fit at x[at] over the neighbours [left, right] (and those that tie with the last one).
/// false where no point has weight.
bool fit_at(std::span<const double> x, std::span<const double> y, double at, std::size_t left, std::size_t right,
            double& fitted) {
  const double reach = std::max(at - x[left], x[right] - at), all = 0.999 * reach, one = 0.001 * reach;
  std::vector<double> weights;
  double total = 0;
  std::size_t end = left;
  for (; end < x.size(); ++end) {
    const double distance = std::abs(x[end] - at);
    double weight = 0;
    if (distance <= all) {
      const double u = distance / reach;
      weight = distance <= one ? 1 : std::pow(1 - u * u * u, 3);
    } else if (x[end] > at) {
      break;
    }
    weights.push_back(weight), total += weight;
  }
  if (!(total > 0)) return false;
  double mean = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) mean += (weights[i] /= total) * x[left + i];
  if (reach > 0) {
    double spread = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) spread += weights[i] * (x[left + i] - mean) * (x[left + i] - mean);
    if (std::sqrt(spread) > 0.001 * (x.back() - x.front())) {  // else the mean is all there is
      const double slope = (at - mean) / spread;
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= slope * (x[left + i] - mean) + 1;
    }
  }
  fitted = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) fitted += weights[i] * y[left + i];
  return true;
}

}  // namespace

Curve lowess(std::span<const double> x, std::span<const double> y, double span) {
  if (x.size() != y.size() || !std::is_sorted(x.begin(), x.end())) throw std::logic_error("lowess needs pairs by ascending x");
  Curve curve{{x.begin(), x.end()}, {y.begin(), y.end()}};
  const std::size_t n = x.size();
  if (n < 2) return curve;
  const auto neighbours = std::clamp<std::size_t>(static_cast<std::size_t>(span * double(n) + 1e-7), 2, n);
  const double skip = 0.01 * (x.back() - x.front());
  std::size_t left = 0, right = neighbours - 1, last = 0, i = 0;
  bool any = false;
  for (;;) {
    while (right + 1 < n && x[i] - x[left] > x[right + 1] - x[i]) ++left, ++right;
    if (!fit_at(x, y, x[i], left, right, curve.y[i])) curve.y[i] = y[i];
    if (any) {
      for (std::size_t j = last + 1; j < i; ++j) {
        const double share = (x[j] - x[last]) / (x[i] - x[last]);
        curve.y[j] = share * curve.y[i] + (1 - share) * curve.y[last];
      }
    }
    any = true, last = i;
    const double cut = x[last] + skip;
    for (i = last + 1; i < n && x[i] <= cut; ++i) {
      if (x[i] == x[last]) curve.y[i] = curve.y[last], last = i;
    }
    i = std::max(last + 1, i - 1);
    if (last + 1 >= n) return curve;
  }
}

}  // namespace radiopath
