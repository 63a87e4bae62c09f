#pragma once

#include <Eigen/Core>
#include <vector>

namespace radiopath::fusion {

/// Probabilities from decision values: 1 / (1 + exp(a f + b)).
struct Platt {
  double a = 0, b = 0;
  double probability(double decision) const;
};

/// Maximum likelihood with targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), which keep it finite when f separates.
/// @param decisions of patients that their model has not seen
/// Source: Platt 1999; Lin, Lin & Weng, Machine Learning 2007;68:267 (as in libsvm).
Platt fit_platt(const Eigen::VectorXd& decisions, const std::vector<int>& outcomes);

}  // namespace radiopath::fusion
