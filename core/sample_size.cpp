#include "core/sample_size.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace radiopath {

double largest_cox_snell_r2(double share) {
  return 1 - std::exp(2 * (share * std::log(share) + (1 - share) * std::log1p(-share)));
}

double adjusted_cox_snell_r2(double likelihood_ratio, int patients, int parameters) {
  if (!(likelihood_ratio > 0)) return 0;
  const double apparent = 1 - std::exp(-likelihood_ratio / patients);
  return std::max(0.0, apparent * (1 - parameters / likelihood_ratio));
}

double events_per_parameter(int patients, int events, int parameters) {
  if (parameters == 0) return std::numeric_limits<double>::quiet_NaN();
  return double(std::min(events, patients - events)) / parameters;
}

SampleSizeNeeds sample_size_needs(double share, int parameters, double r2) {
  if (!(share > 0 && share < 1) || parameters < 1 || !(r2 > 0 && r2 < largest_cox_snell_r2(share))) {
    throw std::logic_error("sample_size_needs: share in (0, 1), parameters >= 1, 0 < R2 < its maximum");
  }
  const auto for_shrinkage = [&](double s) {
    return static_cast<int>(std::ceil(parameters / ((s - 1) * std::log1p(-r2 / s)) - 1e-9));
  };
  SampleSizeNeeds needs{};
  needs.shrinkage = for_shrinkage(0.9);
  needs.optimism = for_shrinkage(r2 / (r2 + 0.05 * largest_cox_snell_r2(share)));
  needs.prevalence = static_cast<int>(std::ceil(std::pow(1.96 / 0.05, 2) * share * (1 - share) - 1e-9));
  if (parameters <= 30) {
    const double rarer = std::min(share, 1 - share);
    needs.prediction_error = static_cast<int>(std::ceil(
        std::exp((-0.508 + 0.259 * std::log(rarer) + 0.504 * std::log(parameters) - std::log(0.05)) / 0.544) - 1e-9));
  }
  needs.patients = std::max({needs.shrinkage, needs.optimism, needs.prevalence, needs.prediction_error});
  needs.events = needs.patients * share;
  needs.events_per_parameter = needs.events / parameters;
  return needs;
}

}  // namespace radiopath
